"""Rules on guardrails that are judged by truths: the schema's answers have what they compare."""

from collections.abc import Iterator

from infra.spec.endpoint import Endpoint
from infra.spec.rollout import Progressive
from infra.spec.rules.finding import Finding
from lambdas.rollout.quality.coverage import LEARNED
from lambdas.rollout.quality.schema import Predicted

_OF_SCORES = ("auc", "log_loss", "brier", "calibration")
_OF_NUMBERS = ("absolute_error",)


def answers_have_what_is_judged(endpoint: Endpoint) -> Iterator[Finding]:
    """Of answers that lack what a guardrail compares nothing is ever counted, and no rollout would pass."""
    if endpoint.schema is None or not isinstance(endpoint.rollout, Progressive):
        return
    for index, guardrail in enumerate(endpoint.rollout.plan.guardrails):
        if guardrail.metric in LEARNED:
            for problem, fix in _lacking(guardrail.metric, endpoint.schema.predicted):
                yield Finding(("rollout", "guardrails", index, "metric"), problem, fix)


def _lacking(metric: str, predicted: Predicted) -> Iterator[tuple[str, str]]:
    """Say what the answers lack, and the fix."""
    if metric in _OF_NUMBERS:
        if not predicted.number:
            yield "compares numbers, and the schema predicts a label", "write accuracy, or take it out"
    elif predicted.number:
        fix = "add positive: LABEL to the schema's predicted, or write absolute_error"
        yield "compares labels, and the schema predicts a number", fix
    elif predicted.classes and metric != "accuracy":
        fix = "write accuracy, or positive: LABEL in place of classes where one label matters"
        yield "needs one label that is positive, and the schema's predicted has several classes", fix
    elif metric in _OF_SCORES and predicted.score is None:
        fix = "add score: KEY to the schema's predicted, or write accuracy"
        yield "compares scores, and the schema's predicted has none", fix
