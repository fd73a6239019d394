from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from cli.report.page import page
from cli.report.render import html, svg
from cli.story import Story
from lambdas.rollout.state import Phase

EVIL = "<script>alert('1')</script> & \"quoted\""


@pytest.fixture(params=["promoted", "judged_bad", "alarmed", "shadowed", "differing"])
def story(request: pytest.FixtureRequest) -> Story:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Story)
    return found


def test_the_page_needs_nothing_but_itself(story: Story) -> None:
    text = html(story)
    assert not re.search(r"https?://|<script|@import|url\(|<link|<img|src=", text)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_every_picture_is_well_formed(story: Story) -> None:
    pictures = re.findall(r"<svg.*?</svg>", html(story), re.DOTALL)
    assert len(pictures) == 6
    for picture in pictures:
        ET.fromstring(picture)


def test_the_standalone_picture_is_well_formed_and_stands_by_itself(story: Story) -> None:
    text = svg(story)
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not re.search(r"href=|<script|@import|url\(", text)


def test_what_others_wrote_is_escaped(alarmed: Story) -> None:
    entries = tuple(entry._replace(reason=EVIL, cause=EVIL) for entry in alarmed.entries)
    evil = replace(alarmed, environment=EVIL, endpoint=EVIL, stable=EVIL, canary=EVIL, entries=entries)
    for text in (html(evil), svg(evil)):
        assert "<script" not in text
        assert "&lt;script&gt;" in text
    ET.fromstring(svg(evil))


def test_the_headline_tells_the_outcome_the_reason_and_the_counts(promoted: Story, alarmed: Story) -> None:
    good, bad = page(promoted), page(alarmed)
    assert (good.headline, good.look) == ("2026.11 was promoted", "good")
    assert good.why.startswith("Every step has passed; ")
    assert (bad.headline, bad.look) == ("2026.11 was rolled back", "bad")
    assert bad.why.startswith("Alarm serinus.prod.mortgage.canary.error_rate: Threshold Crossed")
    named = {tile.name: tile.value for tile in bad.tiles}
    assert named["traffic off the canary"] == "1 s"
    assert int(named["failed on canary"].replace(",", "")) > 400


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_a_page(promoted: Story, phase: Phase) -> None:
    last = promoted.entries[-1]._replace(phase=phase)
    assert page(replace(promoted, entries=(*promoted.entries[:-1], last))).headline in html(
        replace(promoted, entries=(*promoted.entries[:-1], last))
    )


def test_the_same_story_gives_the_same_bytes(promoted: Story) -> None:
    assert html(promoted) == html(promoted)
    assert svg(promoted) == svg(promoted)
