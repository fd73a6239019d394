from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.foresight.looks import looks
from cli.foresight.shape import Shape, bins
from lambdas.rollout.judge.ladder import LEVELS
from tests.foresight.examples import SHAPE


def test_a_lognormal_shape_goes_through_its_percentiles() -> None:
    assert SHAPE.good(80_000.0) == pytest.approx(0.5)
    assert SHAPE.good(400_000.0) == pytest.approx(0.99)


@given(times=st.floats(1, 5), worse=st.floats(1, 50))
def test_bins_are_shares_and_a_canary_as_bad_as_the_edges_has_stables_own(times: float, worse: float) -> None:
    assert sum(bins(SHAPE, times, worse)) == pytest.approx(1.0)
    assert min(bins(SHAPE, times, worse)) >= 0
    assert bins(SHAPE, times, times) == pytest.approx(SHAPE.ladder("latency").shares, abs=1e-9)


def test_measured_quantiles_are_kept() -> None:
    rising = tuple(100.0 * 1.3**step for step in range(len(LEVELS)))
    shape = Shape.measured(rising)
    assert shape is not None
    assert [shape.good(value) for value in rising] == pytest.approx(LEVELS)


def test_lower_values_are_worse_where_quantiles_fall() -> None:
    falling = tuple(100.0 / 1.3**step for step in range(len(LEVELS)))
    shape = Shape.measured(falling)
    assert shape is not None
    assert shape.badness == pytest.approx(tuple(1 / value for value in falling))


@pytest.mark.parametrize("quantiles", [(5.0,) * len(LEVELS), tuple(range(len(LEVELS))), (3.0, 1.0, 2.0) * 3])
def test_quantiles_that_tell_no_spread_make_no_shape(quantiles: tuple[float, ...]) -> None:
    assert Shape.measured(quantiles[: len(LEVELS)]) is None


@given(first=st.integers(-3, 500), more=st.integers(0, 5_000))
def test_looks_rise_from_the_first_to_the_last(first: int, more: int) -> None:
    found = list(looks(first, first + more))
    assert found[0] == max(1, first)
    assert found[-1] == max(1, first + more)
    assert all(before < after <= max(before + 1, 1.1 * before) for before, after in pairwise(found))
