from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cli.report.counts import from_entries, from_tables, intervals, merged, total
from cli.story import Story
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict
from lambdas.rollout.state import Entry, Kind, Phase

GROWTH = st.tuples(*(st.integers(min_value=0, max_value=500) for _ in range(4)))


def entry(at: float, canary: Arm | None = None, stable: Arm | None = None) -> Entry:
    verdicts: tuple[Verdict, ...] = ()
    if canary and stable:
        verdict = Verdict("error_rate", Outcome.INCONCLUSIVE, "", canary, stable, 0.0, 4.6, 0.0, 3.0)
        verdicts = (verdict,)
    return Entry("mortgage", 1, round(at), at, Kind.HOLD, "workflow", "", Phase.PROGRESSING, 0, 100, 100, verdicts)


def cumulative(growth: list[tuple[int, int, int, int]]) -> list[Entry]:
    entries, canary, stable = [entry(0.0)], Arm(0, 0), Arm(0, 0)
    for index, (a, b, c, d) in enumerate(growth, start=1):
        canary = Arm(canary.bad + a, canary.total + a + b)
        stable = Arm(stable.bad + c, stable.total + c + d)
        entries.append(entry(60.0 * index, canary, stable))
    return entries


@given(st.lists(GROWTH, max_size=30))
def test_intervals_add_up_to_what_was_counted_in_all(growth: list[tuple[int, int, int, int]]) -> None:
    entries = cumulative(growth)
    last = entries[-1].verdicts
    assert total(from_entries(entries)) == ((last[0].canary, last[0].stable) if last else (Arm(0, 0), Arm(0, 0)))


@given(st.lists(GROWTH, max_size=30), st.integers(min_value=1, max_value=10))
def test_merging_loses_no_request_and_keeps_the_limit(growth: list[tuple[int, int, int, int]], limit: int) -> None:
    found = from_entries(cumulative(growth))
    assert len(merged(found, limit)) <= limit
    assert total(merged(found, limit)) == total(found)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=20))
def test_corrected_counts_never_give_impossible_intervals(counts: list[tuple[int, int]]) -> None:
    entries = [entry(60.0 * i, Arm(min(pair), max(pair)), Arm(0, 1)) for i, pair in enumerate(counts)]
    assert all(0 <= i.canary.bad <= i.canary.total for i in from_entries(entries))


def test_the_source_that_counted_more_is_believed() -> None:
    looks = (entry(0.0), entry(60.0, Arm(1, 10), Arm(0, 90)))
    story = Story("prod", "mortgage", 1, "v1", "v2", looks)
    later = (Table(0.0, Arm(1, 10), Arm(0, 90)), Table(60.0, Arm(9, 10), Arm(0, 90)))
    assert intervals(story) == from_entries(looks)
    assert intervals(replace(story, tables=later)) == from_tables(later, 60.0)
    assert intervals(replace(story, tables=later[:1], period=60.0)) == from_tables(later[:1], 60.0)
    assert intervals(replace(story, tables=(Table(0.0, Arm(0, 1), Arm(0, 1)),))) == from_entries(looks)
