import re
from pathlib import Path

from demo.tour.pages import Stop, write_index

STOPS = [
    Stop("Blue/green", "All at <once>.", "blue-green.html", "blue-green.svg"),
    Stop("Rolling", "x", "r.html", "r.svg"),
]


def test_the_index_links_every_pattern_with_its_sentence_and_picture(tmp_path: Path) -> None:
    text = write_index(STOPS, tmp_path).read_text()
    assert re.findall(r'<h2><a href="([^"]+)"', text) == ["blue-green.html", "r.html"]
    assert re.findall(r'<img src="([^"]+)"', text) == ["blue-green.svg", "r.svg"]
    assert "All at &lt;once&gt;." in text
    assert not re.search(r"https?://|<script|@import|<link", text)
