"""The section's pictures: what is drawn stands where the figures say, in the plot, and no label covers another."""

from __future__ import annotations

import itertools
import re
from argparse import Namespace
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.quality.measured import APART, from_baseline
from cli.report.page import narrow, wide
from cli.report.quality import drift, groups, labels, over_time
from cli.report.quality.arms import LETTER, NARROW, fitting, ordered, printable
from cli.report.quality.gathered import Gathered, gather
from cli.report.quality.section import section
from lake.drift import Change
from tests.cli.captures import drawn, environment, laid
from tests.cli.test_charts import line, points

if TYPE_CHECKING:
    from cli.report.section import Part
    from cli.report.shapes import Chart
    from cli.story import Story


@pytest.fixture(scope="module")
def found(promoted: Story, tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    """A rollout with a challenger beside the canary, and a gap in the labels of all."""
    folder = tmp_path_factory.mktemp("charts")
    environment(folder)
    inferences = drawn(promoted, 300, silent=lambda passed: 0.4 < passed < 0.5)
    others = [each._replace(variant="other", identity=f"o{each.identity}") for each in inferences]
    flags = laid(folder, [*inferences, *others[:300]])
    asked = Namespace(environment="prod", endpoint="mortgage", captures=flags[1], truths=flags[3], baseline=None)
    asked.memory = asked.threads = None
    asked.fetch = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERINUS_ENVIRONMENTS", str(folder))
        return gather(promoted, asked)


def _change(name: str, psi: float | None, p_value: float = 0.5, *, missing: float | None = None) -> Change:
    gone = None if missing is None else 0.0
    return Change(name, 400, 400, 0, 9, psi, 0.1, 0.1, None if psi is None else p_value, (), missing, gone)


def _changed(found: Gathered, changes: list[Change], *compared: str) -> Gathered:
    return replace(found, measured=replace(found.measured, changes=dict.fromkeys(compared, changes)))


def _parts(story: Story, found: Gathered) -> dict[str, Part]:
    return {part.title: part for part in section(story, found).parts}


@pytest.fixture
def charts(promoted: Story, found: Gathered) -> list[Chart]:
    """All the section's charts, and drift with a baseline, many features, long names and great changes."""
    names = [f"a rather long name of feature {i}" for i in range(28)]
    changes = [_change(name, i / 7, 1e-9, missing=4.0 if i % 3 else 0.0) for i, name in enumerate(names)]
    every = _changed(found, changes, APART, *(from_baseline(name) for name in ("canary", "stable")))
    parts = [*_parts(promoted, found).values(), drift.part(every)]
    return [chart for part in parts for chart in part.charts or ()]


def test_everything_is_drawn_inside_the_plot(charts: list[Chart]) -> None:
    assert len(charts) == 10
    for chart in charts:
        frame = chart.frame
        placed = [point for shape in chart.lines for point in points(shape.path)]
        placed += [(dot.x, dot.y) for dot in chart.dots]
        assert placed
        for x, y in placed:
            assert frame.left - 0.01 <= x <= frame.width - frame.right + 0.01
            assert frame.top - 0.01 <= y <= frame.height - frame.bottom + 0.01


def test_no_label_covers_another_or_leaves_the_picture(charts: list[Chart]) -> None:
    for chart in charts:
        for label in chart.labels:
            assert 0 <= label.x <= label.x + LETTER * len(label.text) <= chart.frame.width, label
            assert 0 <= label.y <= chart.frame.height
        for one, other in itertools.combinations(chart.labels, 2):
            sideways = one.x + LETTER * len(one.text) <= other.x or other.x + LETTER * len(other.text) <= one.x
            assert sideways or abs(one.y - other.y) >= 14.9, (one, other)
        for tick in chart.y_ticks:
            assert LETTER * len(tick.text) <= chart.frame.left - 8


def test_a_slice_without_labels_is_a_gap(promoted: Story, found: Gathered) -> None:
    chart = over_time.over_time(promoted, found, wide(230))
    for name in ("stable", "canary"):
        numbers = [each.number for each in found.slices if each.variant == name]
        gaps = sum(after - before > 1 for before, after in itertools.pairwise(numbers))
        (path,) = (shape.path for shape in chart.lines if shape.title == name)
        assert path.count("M") == gaps + 1 == 2
        assert len([dot for dot in chart.dots if dot.look == name]) == len(numbers)


def test_a_slices_dot_and_bounds_stand_at_its_figure(promoted: Story, found: Gathered) -> None:
    frame = wide(230)
    chart = over_time.over_time(promoted, found, frame)
    low, high = (float(chart.y_ticks[place].text.split()[0]) / 100 for place in (0, -1))
    y = frame.up(low, high)
    whiskers = [points(shape.path) for shape in chart.lines if shape.look == "whisker canary"]
    dots = [dot for dot in chart.dots if dot.look == "canary"]
    canary = [each for each in found.slices if each.variant == "canary"]
    for each, dot, whisker in zip(canary, dots, whiskers, strict=True):
        assert dot.y == pytest.approx(y(each.value), abs=0.02)
        assert each.bounds
        assert [height for _, height in whisker] == pytest.approx([y(edge) for edge in each.bounds], abs=0.02)
        assert f"{100 * each.value:.1f} % of {each.labelled} labelled" in dot.title


def test_a_slice_stands_at_the_inferences_time(promoted: Story, found: Gathered) -> None:
    frame = wide(230)
    x = frame.across(promoted.began, promoted.until)
    dots = [dot for dot in over_time.over_time(promoted, found, frame).dots if dot.look == "canary"]
    canary = [each for each in found.slices if each.variant == "canary"]
    for each, dot in zip(canary, dots, strict=True):
        middle = promoted.began + (each.number + 0.5) * found.cut.seconds
        assert dot.x == pytest.approx(x(min(middle, promoted.until)), abs=14)


def test_the_curve_of_labels_ends_at_the_share_that_is_labelled(found: Gathered) -> None:
    frame = wide(200)
    chart = labels.curve(found, frame)
    for record in found.measured.coverage:
        share = record["labelled"] / record["answered"]
        (path,) = (shape.path for shape in chart.lines if shape.title == record["variant"])
        heights = [y for _, y in points(path)]
        assert heights == sorted(heights, reverse=True)
        assert heights[-1] == pytest.approx(frame.up(0, 1)(share), abs=0.02)
        assert f"{record['variant']} {100 * share:.1f} %" in [label.text for label in chart.labels]


def test_groups_stand_at_their_shares_and_few_are_hollow(found: Gathered) -> None:
    (part,) = groups.parts(found)
    assert part.charts
    chart = part.charts[0]
    told = [each for each in groups.chances(found, "race") if each.decisions]
    assert {each.too_few for each in told} == {True, False}
    x = chart.frame.across(0, 1)
    for each, dot in zip(told, chart.dots, strict=True):
        assert dot.x == pytest.approx(x(each.favourable / each.decisions), abs=0.02)
        assert ("hollow" in dot.look) == (each.decisions < 100)
        assert f"{each.favourable} of {each.decisions}" in dot.title


def test_bars_are_as_long_as_their_index_and_the_worst_come_first(found: Gathered) -> None:
    changes = [_change("small", 0.1), _change("chance", 0.26), _change("real", 0.21, 1e-9), _change("none", None)]
    part = drift.part(_changed(found, changes, APART))
    assert part.charts
    chart = part.charts[0]
    assert [tick.text for tick in chart.y_ticks] == ["real", "chance", "small", "none"]
    x = chart.frame.across(0, 0.3)
    ends = [points(shape.path)[-1][0] for shape in chart.lines if shape.path]
    assert ends == pytest.approx([x(psi) for psi in (0.21, 0.26, 0.1)], abs=0.02)
    assert [rule.x for rule in chart.rules] == [x(0.2)]
    assert [(each.text, each.look) for each in chart.labels if each.x > x(0.3)] == [
        ("0.21 drifted", "back"),
        ("0.26", ""),
        ("0.10", ""),
        ("no values to compare", ""),
    ]
    assert "Drifted: real. First real, at 0.21." in chart.summary


def test_values_that_are_missing_more_often_are_a_change_of_their_own(found: Gathered) -> None:
    (row,) = drift.rows(_changed(found, [_change("age", 0.05, missing=0.6)], APART).measured)
    assert (row.bars[0].psi, row.bars[0].missing, row.bars[0].drifted) == (0.6, True, True)


def test_features_that_have_no_room_are_counted_in_words(found: Gathered) -> None:
    part = drift.part(_changed(found, [_change(str(i), i / 100) for i in range(23)], APART))
    assert part.charts
    assert len(part.charts[1].y_ticks) == 20
    assert part.caption.endswith("3 more features, none of them drifted, are at 0.02 at most.")


def test_each_comparison_has_its_bars_and_a_legend(charts: list[Chart]) -> None:
    for chart in charts[-2:]:
        assert [label.text for label in chart.labels[:3]] == [APART, "stable to baseline", "canary to baseline"]
        assert [shape.look for shape in chart.lines[:3]] == ["bar apart", "bar stable", "bar canary"]
        assert chart.x_ticks[-1].text == "≥ 1"


@pytest.mark.parametrize("frame", [wide(230), narrow(210)], ids=["wide", "narrow"])
def test_the_whole_rollouts_figure_stands_at_the_end(promoted: Story, found: Gathered, frame: object) -> None:
    chart = over_time.over_time(promoted, found, frame)  # type: ignore[arg-type]
    texts = {label.text for label in chart.labels}
    for record in found.measured.figures:
        told = f"{record['variant']} {100 * record['accuracy']:.1f} %"
        brief = chart.frame.width < NARROW
        assert (told if brief else f"{told} of {record['labelled']}") in texts
        assert told in chart.summary
    figures = {record["variant"]: record["accuracy"] for record in found.measured.figures}
    down = [figures[label.text.split()[0]] for label in sorted(chart.labels, key=lambda label: label.y)]
    assert down == sorted(figures.values(), reverse=True)
    assert len(line(chart, "stable")) > 2


@given(st.text(max_size=60), st.integers(30, 300))
def test_a_name_fits_and_its_ends_stay(name: str, pixels: int) -> None:
    shown = fitting(name, pixels)
    assert len(shown) * LETTER <= max(pixels, LETTER)
    assert shown.isprintable()
    if shown != printable(name):
        first, last = shown.split("…", 1) if "…" not in name else ("", "")
        assert printable(name).startswith(first)
        assert printable(name).endswith(last)


def test_what_turns_the_text_around_it_or_no_document_may_hold_is_replaced() -> None:
    assert re.fullmatch("a\ufffd\ufffd\ufffdb é", printable("a\x00\u202e\nb é"))
    assert fitting("漢字漢字", 28.0) == "漢…"
    assert ordered(["b", "canary", "a", "stable", "b"]) == ("stable", "canary", "a", "b")
