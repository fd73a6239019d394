"""Hypothesis strategies for guardrails that keep every rule."""

from typing import Any

from hypothesis import strategies as st

from lambdas.rollout.guardrails import (
    Alarm,
    Calibration,
    Counts,
    DisparateImpact,
    ErrorRate,
    Fairness,
    Guardrail,
    Latency,
    OfGroups,
    Quality,
    Value,
    Values,
    Worse,
)
from lambdas.rollout.quantities import Metric, Quantity

_SHARES = st.integers(1, 99_999).map(lambda millionths: millionths / 100_000)
_ALARMS = st.builds(
    lambda breaches, more, requests: Alarm(breaches, breaches + more, requests),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 1000),
)
_NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
_WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9/_ .:-]{0,10}", fullmatch=True)
_DIMENSIONS = st.sampled_from(
    [Metric("", "").dimensions, {"Route": "/{endpoint}/{variant}"}, {"V": "{variant}", "Region": "eu west"}]
)
_METRICS = st.builds(Metric, _WORDS, _WORDS, _DIMENSIONS)
_STATS = st.sampled_from(["Sum", "SampleCount", "Maximum", "p99.9", "TC(:250000)", "TC(0.005:0.03)", "tc90"])
_IDS = st.from_regex(r"[a-z][A-Za-z0-9_]{0,6}", fullmatch=True)
_EXPRESSIONS = st.dictionaries(_IDS, _METRICS, min_size=1, max_size=3).flatmap(
    lambda metrics: st.builds(
        Quantity, stat=_STATS, expression=st.just("100 * " + " + ".join(metrics)), metrics=st.just(metrics)
    )
)
_QUANTITIES = st.builds(Quantity, _WORDS, _WORDS, _DIMENSIONS, _STATS) | _EXPRESSIONS


@st.composite
def _worse(draw: st.DrawFn) -> dict[str, Any]:
    margin = draw(st.floats(1, 5))
    return {"margin": margin, "detect": margin + draw(st.floats(0.1, 5))}


@st.composite
def _rate(draw: st.DrawFn) -> dict[str, Any]:
    return draw(_worse()) | {"negligible": draw(_SHARES), "burst": draw(st.floats(1, 50))}


@st.composite
def _own(draw: st.DrawFn) -> Counts | Values:
    if draw(st.booleans()):
        worse = draw(st.sampled_from(Worse))
        return Values("values", draw(_NAMES), draw(_METRICS), worse, **draw(_worse()))
    bad, total, bound = draw(_QUANTITIES), draw(_QUANTITIES), draw(st.none() | _SHARES)
    return Counts("counts", draw(_NAMES), bad, total, draw(st.booleans()), at_most=bound, **draw(_rate()))


@st.composite
def _ours(draw: st.DrawFn) -> ErrorRate | Latency | Quality | Value:
    alarm = draw(_ALARMS)
    percentile = draw(st.sampled_from([50.0, 90.0, 95.0, 99.0, 99.9]))
    worth: st.SearchStrategy[Any] = st.sampled_from(["revenue", "score", "log_loss", "brier", "absolute_error"])
    quality: st.SearchStrategy[Any] = st.sampled_from(["accuracy", "precision", "recall", "f1", "auc", "conversion"])
    match draw(st.integers(0, 5)):
        case 0:
            return ErrorRate(alarm_above=draw(_SHARES), alarm=alarm, **draw(_rate()))
        case 1:
            return ErrorRate(at_most=draw(_SHARES), **draw(_rate()))
        case 2:
            return Latency(percentile=percentile, alarm_above=draw(st.floats(1.1, 9)), alarm=alarm, **draw(_worse()))
        case 3:
            return Latency(percentile=percentile, at_most=draw(st.integers(1, 60_000)), **draw(_worse()))
        case 4:
            return Quality(draw(quality), at_least=draw(st.none() | _SHARES), **draw(_rate()))
        case _:
            return Value(draw(worth), **draw(_worse()))


def _of_scores() -> st.SearchStrategy[Calibration]:
    return st.builds(
        lambda burst, worse: Calibration("calibration", burst=burst, **worse), st.floats(1, 50), _worse()
    )


def guardrails() -> st.SearchStrategy[tuple[Guardrail, ...]]:
    """One to five guardrails of any kind, each with a key of its own."""
    any_of_them = st.one_of(_ours(), _own(), _of_scores())
    return st.lists(any_of_them, min_size=1, max_size=5, unique_by=lambda each: each.key).map(tuple)


@st.composite
def of_groups(draw: st.DrawFn) -> OfGroups:
    """A guardrail on groups that are still to be named."""
    least = draw(st.integers(1, 1_000))
    if draw(st.booleans()):
        detect, burst = draw(st.floats(1.01, 3)), draw(st.floats(1, 50))
        return DisparateImpact("disparate_impact", (), "", draw(_SHARES), detect, burst, least)
    metrics: st.SearchStrategy[Any] = st.sampled_from(
        ["demographic_parity", "equal_opportunity", "predictive_equality"]
    )
    return Fairness(draw(metrics), min_group=least, **draw(_rate()))
