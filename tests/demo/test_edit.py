from pathlib import Path

import pytest

from demo.edit import add_canary, edit, make_stable, set_value
from infra.spec import load

ENVIRONMENTS = Path(__file__).parent.parent.parent / "environments"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sandbox.yaml"
    path.write_text((ENVIRONMENTS / "sandbox.yaml").read_text())
    return path


def _changed(diff: str) -> list[str]:
    lines = diff.splitlines()[2:]
    return [text for text in lines if text.startswith(("+", "-"))]


def test_a_canary_is_added_beside_stable_and_nothing_else_changes(file: Path) -> None:
    diff = edit(file, add_canary("mortgage", "v2"))

    assert [text.strip("+ ") for text in _changed(diff)] == [
        "canary:",
        "version: v2",
        "image: serinus/hmda:1",
        "model_data: s3://serinus-sandbox-models/hmda/v2.tar.gz",
    ]
    canary = load(file).endpoints[0].canary
    assert canary is not None
    assert canary.version == "v2"


def test_the_canary_takes_stables_place(file: Path) -> None:
    edit(file, add_canary("mortgage", "v2"))
    asked = load(file).endpoints[0].canary
    edit(file, make_stable("mortgage"))

    endpoint = load(file).endpoints[0]
    assert (endpoint.stable, endpoint.canary) == (asked, None)


def test_comments_survive_every_edit(file: Path) -> None:
    before = [text for text in file.read_text().splitlines() if "#" in text]
    edit(file, add_canary("mortgage", "v2"))
    edit(file, make_stable("mortgage"), add_canary("mortgage", "v3"))

    assert [text for text in file.read_text().splitlines() if "#" in text] == before


def test_a_value_is_set_where_its_path_says(file: Path) -> None:
    diff = edit(file, set_value("endpoints", "mortgage", "instance", "type", to="ml.m5.xlarge"))

    assert len(_changed(diff)) == 2
    assert "ml.m5.xlarge" in diff
