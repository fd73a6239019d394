"""The `rollback` function: on "CloudWatch Alarm State Change" to ALARM, or from the workflow's Catch."""

import os
from typing import Any

from lambdas.adapters.telemetry import logger, metrics, tell_decision
from lambdas.adapters.world import RETURNING, Deployed, world
from lambdas.control.take_back import take_back
from lambdas.rollback.request import parse

_deployed = Deployed.from_variables(os.environ)
_world = world(_deployed, attempts=RETURNING)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Take back the rollout that the event speaks of; an alarm that watches no candidate is none of ours."""
    request = parse(event, _deployed.environment)
    if request is None:
        return {"endpoint": None}
    decision = take_back(
        _world,
        request.endpoint,
        cause=request.cause,
        reason=request.reason,
        alarm_since=request.alarm_since,
        variant=request.variant,
    )
    tell_decision(request.endpoint, decision)
    return {"endpoint": request.endpoint}
