"""The picture of what the arms of a test have earned."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cli.report.earnings import earnings
from cli.report.page import narrow, page, wide
from cli.report.render import svg
from cli.story import Story, find_story
from lambdas.rollout.state import Result
from tests.control.test_challengers import experiment_scene

FRAME = wide(200)


@pytest.fixture(scope="module")
def story() -> Story:
    scene = experiment_scene(canary=0.125)
    scene.serve(30)
    return find_story(scene.ledger, "prod", "mortgage", None)


def test_each_arm_has_a_line_and_its_counts_at_the_end(story: Story) -> None:
    last = next(entry.results for entry in reversed(story.entries) if entry.results)
    chart = earnings(story, FRAME)
    assert [line.title for line in chart.lines] == [result.variant for result in last]
    told = {label.text.split()[0]: label.text for label in chart.labels}
    for result in last:
        assert told[result.variant] == f"{result.variant} {100 * result.mean:.3g} % of {result.exposed:,}"
    assert "conversion per answer" in chart.summary


def test_a_line_stands_where_the_share_is(story: Story) -> None:
    chart = earnings(story, FRAME)
    looks = [entry for entry in story.entries if entry.results and entry.results[0].exposed]
    (path,) = (line.path for line in chart.lines if line.title == "stable")
    heights = [float(y) for _, y in re.findall(r"([\d.]+) ([\d.]+)", path)]
    assert len(heights) == len(looks)
    means = [entry.results[0].mean for entry in looks]
    assert (heights[0] < heights[-1]) == (means[0] > means[-1])


def test_it_stands_in_the_picture_and_on_the_page_of_a_test_alone(story: Story) -> None:
    assert ">Conversion<" in svg(story)
    assert "Conversion" in [figure.title for figure in page(story).figures]
    without = replace(story, entries=tuple(entry._replace(results=()) for entry in story.entries))
    assert ">Conversion<" not in svg(without)
    assert "Conversion" not in [figure.title for figure in page(without).figures]


def test_where_the_plan_is_gone_it_tells_what_was_earned(story: Story) -> None:
    paid = tuple(
        entry._replace(results=(Result("stable", 400, 500.0), Result("canary", 0, 0.0))) if entry.results else entry
        for entry in story.entries
    )
    chart = earnings(replace(story, entries=paid, steps=()), narrow(200))
    assert [label.text for label in chart.labels] == ["stable 1.25"]
