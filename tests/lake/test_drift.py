"""Distances between sets of rows equal numpy's and scipy's on the same data."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from scipy.spatial.distance import jensenshannon

from lake.athena import translated
from lake.drift import Change, Rows, bins, categories, drift, edges, jensen_shannon, statistic
from lake.engine import Lake
from lake.significance import kolmogorov, limiting
from lambdas.rollout.quality.bins import ANSWER, DECILES
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from lambdas.rollout.quality.shift import chi_squared, holm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

SCHEMA = Schema({"x": Kind.NUMBER, "c": Kind.CATEGORY}, Predicted(score="score", positive="1"))
STABLE, CANARY = Rows.of("stable"), Rows.of("canary")


@contextmanager
def _lake(**sets: Mapping[str, NDArray[Any]]) -> Iterator[Lake]:
    """Make a lake whose ``rows`` are these, by variant; empty texts and NaN are missing."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE rows (variant VARCHAR, asked BOOLEAN, x DOUBLE, c VARCHAR, score DOUBLE, label VARCHAR)"
        )
        for variant, columns in sets.items():
            size = len(columns["x"])
            filled = {"c": np.full(size, "a"), "score": np.zeros(size), **columns}
            connection.register("given", {name: np.asarray(each) for name, each in filled.items()})
            connection.execute(
                f"INSERT INTO rows SELECT '{variant}', TRUE, CASE WHEN isnan(x) THEN NULL ELSE x END,"
                " NULLIF(c, ''), score, NULL FROM given"
            )
        yield Lake(connection, SCHEMA)


def _change(feature: str, **sets: Mapping[str, NDArray[Any]]) -> Change:
    with _lake(**sets) as lake:
        return next(each for each in drift(lake, STABLE, CANARY) if each.feature == feature)


def _plain_psi(before: NDArray[Any], after: NDArray[Any]) -> float:
    """The index as the module states it, counted by numpy."""
    bounds = np.unique(np.quantile(before, DECILES))
    counts = [np.bincount(np.searchsorted(bounds, each), minlength=len(bounds) + 1) for each in (before, after)]
    held = [pair for pair in zip(*counts, strict=True) if any(pair)]
    p, q = ((np.array(each) + 0.5) / (sum(each) + len(held) / 2) for each in zip(*held, strict=True))
    return float(((q - p) * np.log(q / p)).sum())


@pytest.mark.parametrize("digits", [0, 1, 15])
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_numbers_are_as_far_apart_as_scipy_says(digits: int, shift: float) -> None:
    generator = np.random.default_rng(digits)
    before, after = (
        np.round(generator.normal(0, 2, 3_000), digits),
        np.round(generator.normal(shift, 2, 1_500), digits),
    )
    change = _change("x", stable={"x": before}, canary={"x": after})
    expected = stats.ks_2samp(before, after, method="asymp")
    bounds = np.unique(np.quantile(before, DECILES))
    shares = [np.bincount(np.searchsorted(bounds, each), minlength=len(bounds) + 1) for each in (before, after)]
    assert change.statistic == pytest.approx(expected.statistic, abs=1e-12)
    assert change.p_value == pytest.approx(expected.pvalue, rel=0.05, abs=1e-9)
    assert change.distance == pytest.approx(jensenshannon(*shares), abs=1e-9)
    assert change.psi == pytest.approx(_plain_psi(before, after), abs=1e-9)


VALUES = st.lists(st.sampled_from([-1.5, 0.0, 0.1, 0.3, 2.0, 1e300]), min_size=1, max_size=30)


@settings(max_examples=40, deadline=None)
@given(VALUES, VALUES)
def test_ties_and_few_rows_are_counted_exactly(before: list[float], after: list[float]) -> None:
    change = _change("x", stable={"x": np.array(before)}, canary={"x": np.array(after)})
    assert change.statistic == pytest.approx(stats.ks_2samp(before, after).statistic, abs=1e-12)
    assert change.psi == pytest.approx(_plain_psi(np.array(before), np.array(after)), abs=1e-9)


def test_categories_are_as_far_apart_as_scipy_says() -> None:
    generator = np.random.default_rng(1)
    before, after = (generator.choice(list("abc"), 2_000, p=p) for p in ((0.5, 0.3, 0.2), (0.4, 0.3, 0.3)))
    change = _change("c", stable={"x": np.zeros(2_000), "c": before}, canary={"x": np.zeros(2_000), "c": after})
    table = np.array([[int((each == name).sum()) for name in "abc"] for each in (before, after)])
    assert change.p_value == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-9)
    assert change.distance == pytest.approx(jensenshannon(*table), abs=1e-9)
    assert change.statistic is None
    assert change.new == ()


def test_new_categories_are_named_and_missing_values_are_their_own_change() -> None:
    stable = {"x": np.ones(400), "c": np.array(["a"] * 300 + ["b"] * 100)}
    canary = {"x": np.array([1.0] * 100 + [np.nan] * 300), "c": np.array(["a"] * 200 + ["z"] * 150 + [""] * 50)}
    change = _change("c", stable=stable, canary=canary)
    assert change.new == ("z",)
    assert (change.missing_before, change.missing_after) == (0, 50)
    numbers = _change("x", stable=stable, canary=canary)
    assert (numbers.before, numbers.after, numbers.missing_after) == (400, 100, 300)
    assert numbers.psi == pytest.approx(0.0)
    assert numbers.missing_psi is not None
    assert numbers.missing_psi > 1
    expected = stats.chi2_contingency([[400, 0], [100, 300]], correction=False).pvalue
    assert numbers.missing_p_value == pytest.approx(expected, rel=1e-9)


def test_rare_categories_count_as_one() -> None:
    many = np.array([f"user-{i}" for i in range(200)])
    change = _change("c", stable={"x": np.zeros(200), "c": many}, canary={"x": np.zeros(200), "c": many[::-1]})
    assert change.p_value == 1.0


def test_without_rows_nothing_is_known() -> None:
    change = _change("x", stable={"x": np.ones(5)})
    assert (change.psi, change.distance, change.statistic, change.p_value, change.missing_psi) == (None,) * 5


def test_the_answer_is_a_feature() -> None:
    change = _change(
        ANSWER, stable={"x": np.zeros(9), "score": np.zeros(9)}, canary={"x": np.zeros(9), "score": np.ones(9)}
    )
    assert change.answer
    assert change.statistic == 1.0


@pytest.mark.parametrize("degrees", [1, 2, 7, 40, 300])
@pytest.mark.parametrize("statistic_", [0.0, 0.01, 1.0, 6.5, 50.0, 320.0])
def test_chi_squared_is_scipys(statistic_: float, degrees: int) -> None:
    assert chi_squared(statistic_, degrees) == pytest.approx(stats.chi2.sf(statistic_, degrees), rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("x", [0.01, 0.1, 0.5, 0.99, 1.0, 1.3, 2.0, 4.0])
def test_kolmogorovs_law_is_scipys(x: float) -> None:
    assert limiting(x) == pytest.approx(special.kolmogorov(x), rel=1e-9, abs=1e-12)


def test_a_great_sample_needs_no_correction() -> None:
    assert kolmogorov(0.002, 10**6, 10**6) == pytest.approx(special.kolmogorov(0.002 * 10**3 / 2**0.5), rel=2e-3)


def test_holm_steps_down() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.9, 0.8]) == (1.0, 1.0)
    assert holm([]) == ()


def test_jensen_shannon_is_at_most_the_root_of_the_logarithm_of_two() -> None:
    assert jensen_shannon([(5, 0), (0, 7)]) == pytest.approx(np.sqrt(np.log(2)))


@pytest.mark.parametrize(
    "text",
    [
        edges('"x"', STABLE),
        bins('"x"', [0.5, 1e300], STABLE, CANARY),
        categories('"c"', STABLE, CANARY),
        statistic('"x"', STABLE, CANARY),
    ],
)
def test_the_same_questions_are_asked_of_athena(text: str) -> None:
    written = translated(sqlglot.parse_one(text, read="duckdb"))
    parsed = sqlglot.parse_one(written, read="trino")
    assert not list(parsed.find_all(sqlglot.exp.Anonymous))
    assert "PERCENTILE_CONT" not in written
