"""What CloudWatch's values mean: tables and histograms of periods, and silence where they lack."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.catalogue import Period, Query, histogram, known, quantile_queries, queries, routed, table
from lambdas.rollout.guardrails import Counts, ErrorRate, Guardrail, Latency, Quality, Value, Values
from lambdas.rollout.judge.bench import Bench
from lambdas.rollout.judge.ladder import LEVELS, Ladder
from lambdas.rollout.judge.tables import Histogram, Table
from lambdas.rollout.judge.verdict import Arm, Outcome
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.quantities import Metric, Quantity
from lambdas.rollout.recipes import Reading

SHOP = Quantity("Shop", "Declined", {"Arm": "{variant}"})
GUARDS: list[Guardrail] = [
    ErrorRate(),
    ErrorRate(at_most=0.01),
    Quality("f1"),
    Quality("conversion"),
    Counts("counts", "declined", SHOP, Quantity("Shop", "Checkouts", {"Arm": "{variant}"})),
    Latency(),
    Latency(at_most=300),
    Value("revenue"),
    Values("values", "basket", Metric("Shop", "Basket")),
]
LADDERS = [Ladder(key, 0.0, (1.0, 2.0, 3.0), (0.5, 0.9, 0.99)) for key in ("latency_p95", "revenue", "basket")]


def _table(guardrail: Guardrail, *values: Reading) -> Table | None:
    return table(guardrail, Period(60.0, values))


@pytest.mark.parametrize(
    ("what", "canary", "arm"),
    [
        ("errors overlap: the larger counts", (100.0, 3.0, 5.0), Arm(5, 100)),
        ("one of the two is enough", (100.0, None, 5.0), Arm(5, 100)),
        ("requests without either are incomplete", (100.0, None, None), None),
        ("no requests", (None, None, None), None),
    ],
)
def test_errors(what: str, canary: tuple[Reading, ...], arm: Arm | None) -> None:
    found = _table(ErrorRate(), *canary, 900.0, 0.0, 1.0)
    assert found == Table(60.0, arm or Arm(0, 0), Arm(1, 900)), what
    assert (_table(ErrorRate(), *canary, None, None, None) is None) is (arm is None)


@pytest.mark.parametrize(
    ("metric", "bad"),
    [("accuracy", (9, 100)), ("precision", (4, 34)), ("recall", (5, 35)), ("f1", (9, 39))],
)
def test_quality_counts_confusions(metric: str, bad: tuple[int, int]) -> None:
    guardrail = Quality(metric)  # type: ignore[arg-type]  # a parameter is not seen as a literal
    found = _table(guardrail, 30.0, 4.0, 5.0, 61.0, 30.0, None, None, None)
    assert found
    assert found.canary == Arm(*bad)
    assert found.stable.bad == 0
    assert _table(guardrail, *[None] * 8) is None


def test_pairs_and_conversions() -> None:
    assert _table(Quality("auc"), 10.0, 90.0, 5.0, 95.0) == Table(60.0, Arm(10, 100), Arm(5, 100))
    assert _table(Quality("conversion"), 980.0, 20.0, None, 5.0) == Table(60.0, Arm(980, 1000), Arm(0, 5))


def test_counts_of_ones_own_are_missing_unless_sparse() -> None:
    values = (None, 50.0, 2.0, 90.0)
    assert _table(Counts("counts", "x", SHOP, SHOP), *values) == Table(60.0, Arm(0, 0), Arm(2, 90))
    assert _table(Counts("counts", "x", SHOP, SHOP, sparse=True), *values) == Table(60.0, Arm(0, 50), Arm(2, 90))


def test_a_bound_on_a_percentile_counts_what_is_slower() -> None:
    guardrail = Latency(percentile=99, at_most=250)
    assert [query.quantity.stat for query in queries(guardrail, None)[:2]] == ["SampleCount", "TC(:250000)"]
    assert _table(guardrail, 100.0, 97.0, 900.0, None) == Table(60.0, Arm(3, 100), Arm(900, 900))


def test_bins_come_from_counts_up_to_each_edge() -> None:
    asked = queries(Latency(margin=1.1, detect=2), LADDERS[0])
    assert [query.quantity.stat for query in asked[2:]] == [
        *("TC(:1)", "TC(:2)", "TC(:3)"),
        *("TC(:1.1)", "TC(:2.2)", "TC(:3.3)"),
        *("TC(:2)", "TC(:4)", "TC(:6)"),
    ]
    values = (100.0, 10.0, 50.0, 90.0, 99.0, 4.0, 8.0, 9.0, 9.0, 10.0, 10.0)
    wanted = Histogram(60.0, (50, 40, 9, 1), (4, 4, 1, 1), (9, 1, 0, 0))
    assert histogram(Latency(), LADDERS[0], Period(60.0, values)) == wanted


def test_where_less_is_worse_bins_begin_with_the_highest_values() -> None:
    falling = Ladder("revenue", 0.0, (30.0, 20.0), (0.5, 0.9))
    asked = queries(Value("revenue", margin=2.0, detect=4.0), falling)
    stats = [query.quantity.stat for query in asked]
    assert stats[2:] == ["TC(:30)", "TC(:20)", "TC(:15)", "TC(:10)", "TC(:7.5)", "TC(:5)"]
    values = (100.0, 10.0, 50.0, 10.0, 9.0, 3.0, 5.0, None)
    wanted = Histogram(60.0, (50, 40, 10), (1, 6, 3), (5, 5, 0))
    assert histogram(Value("revenue"), falling, Period(60.0, values)) == wanted


def test_an_answer_slower_than_every_edge_is_no_silence() -> None:
    values = (100.0, 10.0, 50.0, 90.0, 99.0, *[None] * 6)
    found = histogram(Latency(), LADDERS[0], Period(60.0, values))
    assert found
    assert found.at_margin == (0, 0, 0, 10)


def test_a_period_from_before_the_ladder_is_not_judged_by_it() -> None:
    late = Ladder("latency_p95", 100.0, (1.0,), (0.5,))
    assert histogram(Latency(), late, Period(60.0, (9.0, 9.0, 1.0, 1.0, 1.0))) is None


def test_quantiles_are_asked_from_good_to_bad() -> None:
    assert [query.quantity.stat for query in quantile_queries(Latency())][:3] == ["SampleCount", "p50", "p75"]
    assert [query.quantity.stat for query in quantile_queries(Value("score"))][1:4] == ["p50", "p25", "p10"]
    losses: dict[str, Value] = {
        "LogLoss": Value("log_loss"),
        "Brier": Value("brier"),
        "AbsoluteError": Value("absolute_error"),
    }
    for name, loss in losses.items():
        asked = quantile_queries(loss)
        assert {query.quantity.name for query in asked} == {name}
        assert [query.quantity.stat for query in asked][1:3] == ["p50", "p75"]
    assert len(quantile_queries(Latency())) == 1 + len(LEVELS)
    assert quantile_queries(ErrorRate()) == ()


def test_of_losses_higher_ones_are_worse() -> None:
    """Ten of the canary's losses are beyond all of stable's: in the worst bin, whatever the margin."""
    loss = Value("log_loss", margin=1.0, detect=2.0)
    found = histogram(loss, Ladder("log_loss", 0.0, (0.5,), (0.9,)), Period(60.0, (10.0, 10.0, 9.0, 0.0, 0.0)))
    assert found
    assert (found.stable, found.at_margin, found.at_detect) == ((9, 1), (0, 10), (0, 10))


def test_every_arm_is_asked_for_itself() -> None:
    for guardrail in GUARDS:
        ladder = next((each for each in LADDERS if each.guardrail == guardrail.key), None)
        asked = queries(guardrail, ladder)
        assert {query.variant for query in asked} == {"canary", "stable"}, guardrail
        assert len(set(map(_told, asked))) == len(asked)


def _told(query: Query) -> tuple[str, str, str]:
    return query.variant, query.quantity.name, query.quantity.stat


READING = st.one_of(
    st.none(), st.floats(0, 1e9), st.integers(0, 10**9).map(float), st.just(math.nan), st.just(math.inf)
)
PLAN = Plan((Step(1_000, 60, 120),), tuple(GUARDS[:5] + GUARDS[5:6] + GUARDS[7:]))
SITTING = Bench().sitting(PLAN, LADDERS)


@given(st.lists(st.lists(READING, min_size=len(SITTING.queries), max_size=len(SITTING.queries)), max_size=3))
def test_whatever_cloudwatch_says_there_is_a_verdict(rows: list[list[Reading]]) -> None:
    periods = [Period(60.0 * i, tuple(values)) for i, values in enumerate(rows)]
    for verdict in SITTING.judge(periods).verdicts:
        assert verdict.sentence
        assert verdict.canary.total or verdict.outcome is Outcome.INCONCLUSIVE
        assert math.isfinite(verdict.harm + verdict.safety)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None])
def test_what_is_no_finite_number_is_missing(value: float | None) -> None:
    assert known(value) is None
    assert known(2.5) == 2.5


def test_bounds_are_written_in_full() -> None:
    tiny = Ladder("score", 0.0, (2e10, 1e-5), (0.5, 0.9))
    stats = [query.quantity.stat for query in queries(Value("score", margin=1.0, detect=2.0), tiny)]
    assert stats[2:4] == ["TC(:20000000000)", "TC(:0.00001)"]


def test_the_router_is_asked_for_what_sagemaker_would_be_asked_and_for_nothing_else() -> None:
    asked = routed((*queries(ErrorRate(), None), *quantile_queries(Latency()), *queries(Quality("accuracy"), None)))
    names = {(query.quantity.namespace, query.quantity.name) for query in asked}
    assert not any(namespace.startswith("AWS/") for namespace, _ in names)
    assert {name for _, name in names} >= {"RoutedRequests", "RoutedErrors", "RoutedLatency", "TruePositives"}
    assert [query.quantity.stat for query in asked if query.quantity.name == "RoutedLatency"][:2] == [
        "SampleCount",
        "p50",
    ]
