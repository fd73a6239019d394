"""Whom the judge asks: SageMaker, the router, or in a shadow SageMaker and then the router."""

from dataclasses import replace

from lambdas.rollout.catalogue import Period
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.judge.bench import Sitting
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.plan import DISAGREEMENT, FULL, Plan, Routing, Shadow, Step

_STEPS = (Step(500, 120, 600), Step(FULL, 120, 600))
_SHADOWED = (Step(0, 300, 1_200, shadow=Shadow(300)), *_STEPS)
_STICKY = Plan(_STEPS, (ErrorRate(),), routing=Routing.STICKY)


def _period(sitting: Sitting, at: float, **counts: float) -> Period:
    """Answer the queries by variant and metric; what is not given is missing."""
    names = [f"{query.variant}_{query.quantity.name}" for query in sitting.queries]
    return Period(at, tuple(counts.get(name) for name in names))


def _names(plan: Plan) -> set[str]:
    return {query.quantity.name for query in Sitting(plan, ()).queries}


def test_sagemaker_is_asked_where_its_weights_split_and_the_router_where_it_does() -> None:
    assert "RoutedRequests" not in _names(replace(_STICKY, routing=Routing.WEIGHTS))
    assert _names(_STICKY) == {"RoutedRequests", "RoutedErrors"}


def test_a_shadows_copies_count_as_sagemaker_counted_them_and_users_as_the_router_did() -> None:
    sitting = Sitting(replace(_STICKY, steps=_SHADOWED), ())
    errors = {"stable_Invocation5XXErrors": 0, "stable_InvocationModelErrors": 0}
    mine = {"canary_Invocation5XXErrors": 3, "canary_InvocationModelErrors": 3}
    copied = _period(sitting, 0.0, canary_Invocations=600, stable_Invocations=600, **errors, **mine)
    met = _period(
        sitting,
        60.0,
        canary_RoutedRequests=50,
        stable_RoutedRequests=50,
        canary_RoutedErrors=1,
        stable_RoutedErrors=0,
        canary_Invocations=50,
        stable_Invocations=900,
        **errors,
        **mine,
    )
    judgement = sitting.judge([copied, met])
    error_rate = next(v for v in judgement.verdicts if v.guardrail == "error_rate")
    assert (error_rate.canary, error_rate.stable) == (Arm(3 + 1, 650), Arm(0, 650))
    assert [table.canary.total for table in judgement.requests] == [600, 50]


def test_disagreement_is_counted_in_either() -> None:
    sitting = Sitting(replace(_STICKY, steps=_SHADOWED), ())
    copied = _period(sitting, 0.0, canary_Invocations=600, canary_Compared=600, canary_Disagreements=2)
    found = next(v for v in sitting.judge([copied]).verdicts if v.guardrail == DISAGREEMENT)
    assert found.canary == Arm(2, 600)
