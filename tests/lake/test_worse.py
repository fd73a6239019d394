"""The search for segments in which the canary is worse: exact, quiet where nothing is wrong, and not misled."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lake.significance import fisher
from lake.worse import SHOWN, Part, Rule, Search, Segment, search
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.quality.shift import holm

Codes = np.ndarray[tuple[int, int], np.dtype[np.int64]]
Wrong = np.ndarray[tuple[int], np.dtype[np.bool_]]
COUNTS = st.integers(0, 10**6).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows)))
FINE = Arm(2_000, 10_000)


def _part(cut: int, place: int = 0) -> Part:
    return Part(cut, place, f"c{cut}={place}")


def _segment(canary: tuple[int, int], stable: tuple[int, int], *parts: Part) -> Segment:
    return Segment(parts or (_part(0),), Arm(*stable), Arm(*canary))


def _named(found: Search) -> list[str]:
    return [each.segment.name for each in found.worse]


@cache
def _named_pairs(columns: int, places: int) -> list[tuple[int, int, tuple[Part, ...]]]:
    """Tell every segment of one column and of two, and where it stands in the table of all values."""
    every = [(i, i) for i in range(columns * places)]
    every += [(i, j) for i, j in combinations(range(columns * places), 2) if i // places != j // places]
    return [(i, j, tuple(_part(at // places, at % places) for at in dict.fromkeys((i, j)))) for i, j in every]


def _counted(codes: Codes, wrong: Wrong, canary: Wrong, places: int = 3) -> list[Segment]:
    """Count all segments at once, by products of matrices: of whole numbers, for those start no threads."""
    rows, columns = codes.shape
    held = np.zeros((rows, columns * places), dtype=np.int32)
    held[np.arange(rows)[:, None], np.arange(columns) * places + codes] = 1
    tables = []
    for arm in (~canary, canary):
        mine, bad = held[arm], held[arm & wrong]
        tables.append(((bad.T @ bad).tolist(), (mine.T @ mine).tolist()))
    whole = Segment((), *(Arm(int((arm & wrong).sum()), int(arm.sum())) for arm in (~canary, canary)))
    return [whole] + [
        Segment(parts, *(Arm(bad[i][j], total[i][j]) for bad, total in tables))
        for i, j, parts in _named_pairs(columns, places)
    ]


def _healthy(
    chance: np.random.Generator, rows: int, columns: int, together: float = 0.0
) -> tuple[Codes, Wrong, Wrong]:
    """Draw columns of three values that agree as often as said, answers more wrong in one, and the canary's rows."""
    base, own = chance.integers(0, 3, (rows, 1)), chance.integers(0, 3, (rows, columns))
    codes: Codes = np.where(chance.random((rows, columns)) < together, base, own)
    wrong: Wrong = chance.random(rows) < 0.15 + 0.1 * (codes[:, 0] == 0)
    return codes, wrong, chance.random(rows) < 0.5


@given(COUNTS, COUNTS)
def test_a_p_value_is_scipys_hypergeometric_tail(before: tuple[int, int], after: tuple[int, int]) -> None:
    rows, hits = before[1] + after[1], before[0] + after[0]
    expected = stats.hypergeom.sf(after[0] - 1, rows, hits, after[1]) if rows else 1.0
    assert fisher(before, after) == pytest.approx(expected, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize(
    ("before", "after"), [((2, 20), (9, 18)), ((9, 18), (2, 20)), ((300, 3_000), (391, 3_000)), ((0, 5), (5, 5))]
)
def test_a_p_value_is_scipys_fisher_exact(before: tuple[int, int], after: tuple[int, int]) -> None:
    table = [[after[0], after[1] - after[0]], [before[0], before[1] - before[0]]]
    assert fisher(before, after) == pytest.approx(stats.fisher_exact(table, "greater")[1], rel=1e-9)


def test_p_values_far_out_keep_their_digits() -> None:
    assert fisher((100, 10_000), (400, 10_000)) == pytest.approx(
        stats.hypergeom.sf(399, 20_000, 500, 10_000), rel=1e-9, abs=0
    )


@pytest.mark.parametrize(("before", "after"), [((2, 1), (0, 1)), ((0, 1), (2, 1)), ((-1, 1), (0, 1))])
def test_more_hits_than_rows_are_refused(before: tuple[int, int], after: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no hits of rows"):
        fisher(before, after)


def test_a_canary_that_is_as_good_is_blamed_in_one_search_of_a_hundred_at_most() -> None:
    """500 data sets of 10 columns that depend on each other, 435 segments each; by themselves many raise alarms."""
    chance = np.random.default_rng(20_261_126)
    alarms = by_themselves = 0
    for number in range(500):
        segments = _counted(*_healthy(chance, 3_000, 10, 0.3))
        found = search(segments)
        assert found.searched == 1 + 10 * 3 + 45 * 9
        assert found.too_few < found.searched / 2
        alarms += bool(found.worse)
        if number < 20:
            by_themselves += any(search([each]).worse for each in segments)
    assert alarms <= 5
    assert by_themselves > 10


def test_a_segment_of_one_column_is_found_and_its_pairs_are_not_named_besides() -> None:
    codes, wrong, canary = _healthy(np.random.default_rng(1), 12_000, 8)
    wrong |= canary & (codes[:, 3] == 2) & (np.random.default_rng(2).random(12_000) < 0.2)
    assert _named(search(_counted(codes, wrong, canary))) == ["c3=2"]


def test_a_pair_whose_columns_look_fine_is_found() -> None:
    chance = np.random.default_rng(3)
    codes: Codes = chance.integers(0, 3, (12_000, 8))
    canary: Wrong = chance.random(12_000) < 0.5
    both, either = (codes[:, 2] == 1) & (codes[:, 5] == 0), (codes[:, 2] == 1) ^ (codes[:, 5] == 0)
    share = np.where(canary & both, 0.5, np.where(canary & either, 0.2 - 0.15, 0.2))
    segments = _counted(codes, chance.random(12_000) < share, canary)
    single = {each.name: each.difference for each in segments if len(each.parts) == 1}
    assert max(single["c2=1"], single["c5=0"]) < 0.03
    assert _named(search(segments)) == ["c2=1 and c5=0"]


def test_what_is_found_never_explains_itself_away() -> None:
    """Whatever overlaps whatever, by however much: where anything is found, something is named."""
    chance = np.random.default_rng(8)
    for _ in range(20):
        codes, wrong, canary = _healthy(chance, 6_000, 4, 0.6)
        for i, j in chance.integers(0, 4, (3, 2)):
            wrong |= canary & (codes[:, i] == 1) & (codes[:, j] == 1) & (chance.random(6_000) < 0.3)
        segments = _counted(codes, wrong, canary)
        adjusted = holm([fisher(each.stable, each.canary) for each in segments])
        bad = [each for each, p in zip(segments, adjusted, strict=True) if p <= 0.01 and Rule().great(each)]
        told = _named(search(segments))
        assert bool(told) == any(Rule().enough(each) for each in bad)
        assert set(told) <= {each.name for each in bad}


def test_columns_that_are_worse_for_a_pair_alone_give_way_to_it() -> None:
    codes, wrong, canary = _healthy(np.random.default_rng(4), 30_000, 5)
    both = (codes[:, 2] == 1) & (codes[:, 3] == 0)
    wrong |= canary & both & (np.random.default_rng(5).random(30_000) < 0.5)
    segments = _counted(codes, wrong, canary)
    single = next(each for each in segments if each.name == "c2=1")
    assert Rule().great(single)
    assert fisher(single.stable, single.canary) < 1e-9
    assert _named(search(segments)) == ["c2=1 and c3=0"]


def test_a_pair_that_is_worse_yet_than_a_column_that_is_worse_is_named_beside_it() -> None:
    column, pair = _part(0), (_part(0), _part(1))
    found = search([_segment((1_200, 3_000), (600, 3_000), column), _segment((700, 1_000), (200, 1_000), *pair)])
    assert _named(found) == ["c0=0 and c1=0", "c0=0"]


def test_a_pair_whose_rest_has_too_few_rows_is_told_by_its_column() -> None:
    column, pair = _part(0), (_part(0), _part(1))
    found = search([_segment((400, 1_000), (200, 1_000), column), _segment((396, 950), (190, 950), *pair)])
    assert _named(found) == ["c0=0"]


@pytest.mark.parametrize("small", ["stable", "canary"])
def test_small_segments_are_never_told_and_always_counted(small: str) -> None:
    many, few = (0, 5_000), (99, 99) if small == "canary" else (0, 99)
    arms = (few, many) if small == "canary" else ((5_000, 5_000), few)
    found = search([_segment(*arms), _segment(FINE, FINE, _part(1))])
    assert (found.worse, found.searched, found.too_few) == ((), 2, 1)
    assert "one" not in found.summary.split(";")[0].replace("none", "")
    assert search([_segment((100, 100), (0, 100))]).worse


def test_five_points_are_told_and_less_is_not() -> None:
    assert _named(search([_segment((25_000, 100_000), (20_000, 100_000))])) == ["c0=0"]
    assert search([_segment((24_999, 100_000), (20_000, 100_000))]).worse == ()


def test_a_canary_that_is_worse_for_all_is_told_once() -> None:
    codes, wrong, canary = _healthy(np.random.default_rng(6), 12_000, 8)
    wrong |= canary & (np.random.default_rng(7).random(12_000) < 0.15)
    assert _named(search(_counted(codes, wrong, canary))) == ["all requests"]


def test_better_segments_are_not_told() -> None:
    assert search([_segment((100, 1_000), (400, 1_000))]).worse == ()


def test_p_values_are_adjusted_for_all_that_were_searched_small_ones_too() -> None:
    one = _segment((125, 500), (80, 500))
    p_value = fisher(one.stable, one.canary)
    small = [_segment((0, 1), (0, 1), _part(i)) for i in range(1, 100)]
    assert search([one]).worse[0].p_value == pytest.approx(p_value)
    assert 0.01 / 100 < p_value < 0.01
    assert search([one, *small]).worse == ()


def test_the_segments_with_the_most_rows_are_searched_and_the_others_counted() -> None:
    worse = _segment((300, 500), (0, 500))
    large = [_segment(FINE, FINE, _part(i)) for i in range(1, 4)]
    found = search([worse, *large], Rule(most=3))
    assert (found.worse, found.searched, found.left_out) == ((), 3, 1)
    assert found.summary == (
        "Of 3 segments none is worse by 5 points beyond chance; 0 had too few rows to say;"
        " left out, with the fewest rows: 1."
    )


def test_the_worst_come_first_and_the_others_are_counted() -> None:
    segments = [_segment((300 + 50 * i, 1_000), (200, 1_000), _part(i)) for i in range(SHOWN + 2)]
    found = search(segments)
    assert _named(found) == [f"c{i}=0" for i in range(SHOWN + 1, 1, -1)]
    assert found.more == 2
    assert found.summary.startswith("Of 7 segments 7 are worse by 5 points beyond chance; 0 had")


def test_sentences() -> None:
    one = search([_segment((132, 423), (74, 410)), _segment((1, 2), (0, 1), _part(1))], alone=3)
    assert [str(each) for each in one.worse] == [
        "the canary is worse for c0=0: 31.2 % wrong of 423, stable 18.0 % of 410 (adjusted p 1.4e-05)"
    ]
    assert one.summary == (
        "Of 2 segments one is worse by 5 points beyond chance; 1 had too few rows to say; columns in no pair: 3."
    )
    few = search([_segment((1, 2), (0, 1))])
    assert few.summary == ("None of 1 segments has 100 labelled rows of each variant: nothing can be said of them.")
