"""Logs and metrics of the functions, through Powertools."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.rollout.decision import Decision
from lambdas.rollout.judge.verdict import Verdict
from lambdas.rollout.state import Kind

logger = Logger()
metrics = Metrics()


def tell_decision(endpoint: str, decision: Decision | None, verdicts: tuple[Verdict, ...] = ()) -> None:
    """Log a decision, and publish weight, decision and evidence as metrics (EMF) per endpoint.

    ``Harm`` and ``Safety`` are evidence as shares of their bounds: at 1 the judge says FAIL or PASS.
    """
    if decision is None:
        logger.info("nothing to decide", endpoint=endpoint)
        return
    rollout = decision.rollout
    logger.info(
        decision.reason,
        endpoint=endpoint,
        rollout=rollout.number,
        decision=decision.kind,
        phase=rollout.phase,
        weight=rollout.weight,
    )
    metrics.add_dimension("Endpoint", endpoint)
    metrics.add_metric("CanaryWeight", MetricUnit.Percent, rollout.weight / 100)
    for kind in Kind:
        if kind is not Kind.HOLD:
            metrics.add_metric(
                f"Decision{kind.title().replace('_', '')}", MetricUnit.Count, float(decision.kind is kind)
            )
    for verdict in verdicts:
        metrics.add_metric("Harm", MetricUnit.NoUnit, verdict.harm / verdict.harm_bound)
        metrics.add_metric("Safety", MetricUnit.NoUnit, verdict.safety / verdict.safety_bound)
