"""Challengers in the picture of weights."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cli.report.page import wide
from cli.report.render import svg
from cli.report.weights import weights
from cli.story import Story, find_story
from lambdas.rollout.plan import FULL
from tests.control.test_challengers import experiment_scene

if TYPE_CHECKING:
    from cli.report.shapes import Chart

FRAME = wide(230)


@pytest.fixture(scope="module")
def story() -> Story:
    scene = experiment_scene(canary=0.125)
    scene.serve(5)
    scene.bad["lean"] = 0.05
    scene.serve(60)
    return find_story(scene.ledger, "prod", "mortgage", None)


def _heights(chart: Chart, name: str) -> list[float]:
    (band,) = (area.path for area in chart.areas if area.title == name)
    up = FRAME.up(0, FULL)
    return [
        round((float(y) - up(0)) / (up(FULL) - up(0)) * FULL) for _, y in re.findall(r"([-\d.e]+) ([-\d.e]+)", band)
    ]


def test_each_is_a_band_on_top_of_the_canary_and_gone_when_it_is_dropped(story: Story) -> None:
    chart = weights(story, FRAME)
    assert set(_heights(chart, "lean")) == {0, 2_500, 5_000, FULL}
    assert set(_heights(chart, "large")) == {0, 2_500, 5_000, 7_500, FULL}
    assert {"lean 25 %", "large 25 %", "lean dropped"} <= {label.text for label in chart.labels}


def test_the_picture_tells_them_apart(story: Story) -> None:
    drawn = svg(story)
    assert drawn.count('class="area challenger"') == 2
    assert "--challenger" in drawn
