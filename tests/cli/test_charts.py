from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cli.report.counts import intervals, total
from cli.report.errors import errors
from cli.report.evidence import HIGH, LOW, evidence
from cli.report.page import narrow, wide
from cli.report.shapes import Chart, Frame, stairs
from cli.report.weights import weights
from lambdas.rollout.plan import FULL

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.story import Story

FRAMES = [wide(220), narrow(200)]
CHARTS = [weights, errors, evidence]


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.e]+) ([-\d.e]+)", path)]


def line(chart: Chart, look: str) -> list[tuple[float, float]]:
    return points(next(line.path for line in chart.lines if line.look == look))


@pytest.mark.parametrize("frame", FRAMES, ids=["wide", "narrow"])
@pytest.mark.parametrize("draw", CHARTS)
@pytest.mark.parametrize("which", ["promoted", "judged_bad", "alarmed", "shadowed", "differing"])
def test_everything_is_drawn_inside_the_plot(
    draw: Callable[[Story, Frame], Chart], frame: Frame, which: str, request: pytest.FixtureRequest
) -> None:
    chart = draw(request.getfixturevalue(which), frame)
    drawn = [p for shape in (*chart.lines, *chart.areas) for p in points(shape.path)]
    drawn += [(dot.x, dot.y) for dot in chart.dots]
    assert drawn
    for x, y in drawn:
        assert frame.left - 0.01 <= x <= frame.width - frame.right + 0.01
        assert frame.top - 0.01 <= y <= frame.height - frame.bottom + 0.01
    assert all(0 <= label.y <= frame.height for label in chart.labels)


@pytest.mark.parametrize("frame", FRAMES, ids=["wide", "narrow"])
@pytest.mark.parametrize("draw", CHARTS)
def test_labels_at_the_right_end_never_cover_each_other(
    promoted: Story, judged_bad: Story, draw: Callable[[Story, Frame], Chart], frame: Frame
) -> None:
    for story in (promoted, judged_bad):
        heights = sorted(x.y for x in draw(story, frame).labels if x.x > frame.width - frame.right)
        assert all(after - before >= 14.9 for before, after in itertools.pairwise(heights))


def test_the_intent_climbs_the_steps_and_ends_at_full(promoted: Story) -> None:
    frame = wide(220)
    y = frame.up(0, FULL)
    heights = [height for _, height in line(weights(promoted, frame), "intent")]
    assert heights == sorted(heights, reverse=True)
    assert sorted({y(w) for w in (0, 500, 2_000, 5_000, FULL)}) == sorted(set(heights))


def test_a_rollback_takes_intent_and_live_weight_to_0(judged_bad: Story) -> None:
    frame = wide(220)
    chart = weights(judged_bad, frame)
    assert line(chart, "intent")[-1][1] == line(chart, "canary")[-1][1] == frame.height - frame.bottom
    assert "rolled back" in [label.text for label in chart.labels]
    assert [rule.look for rule in chart.rules].count("back") == 1


def test_steps_are_labelled_with_their_weights(promoted: Story) -> None:
    named = [label.text for label in weights(promoted, wide(220)).labels if label.y < wide(220).top]
    assert sorted(named) == sorted(["5 %", "20 %", "50 %", "paused", "100 %", "promoted"])


def test_labels_without_room_are_left_out_rather_than_drawn_over_each_other(promoted: Story) -> None:
    frame = Frame(240, 200, left=50, right=100)
    above = sorted((x for x in weights(promoted, frame).labels if x.y < frame.top), key=lambda label: label.x)
    assert any(label.text == "promoted" for label in above)
    assert all(a.x + 7 * len(a.text) <= b.x for a, b in itertools.pairwise(above))


def test_error_totals_are_told_beside_their_lines(judged_bad: Story) -> None:
    canary, stable = total(intervals(judged_bad))
    texts = [label.text for label in errors(judged_bad, wide(220)).labels]
    assert texts == [
        f"canary {canary.bad:,} of {canary.total:,}",
        f"stable {stable.bad:,} of {stable.total:,}",
    ]


def test_an_alarm_between_looks_shows_what_cloudwatch_counted_after_the_last_one(alarmed: Story) -> None:
    frame = wide(220)
    with_late, looks_only = errors(alarmed, frame), errors(replace(alarmed, tables=()), frame)
    assert max(tick.text for tick in with_late.y_ticks) == "50 %"
    assert max(tick.text for tick in looks_only.y_ticks) != "50 %"


def test_harm_that_fails_meets_the_threshold_line(judged_bad: Story) -> None:
    frame = wide(220)
    chart = evidence(judged_bad, frame)
    assert line(chart, "harm")[-1][1] == line(chart, "threshold")[0][1] == frame.up(LOW, HIGH)(1)
    assert line(chart, "safety")[-1][1] > line(chart, "threshold")[0][1]


def test_a_rollout_that_nobody_looked_at_is_drawn_without_evidence(promoted: Story) -> None:
    fresh = replace(promoted, entries=promoted.entries[:1], tables=())
    assert evidence(fresh, wide(220)).summary == "The judge was not asked."
    assert [label.text for label in errors(fresh, wide(220)).labels] == ["canary 0 of 0", "stable 0 of 0"]
    assert weights(fresh, wide(220)).rules == ()


def test_stairs_hold_each_value_until_the_next() -> None:
    assert stairs([(0, 1), (2, 1), (4, 3)]) == ((0, 1), (2, 1), (4, 1), (4, 3))
