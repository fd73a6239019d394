"""The `begin` function: on EventBridge's "SageMaker Endpoint State Change" to IN_SERVICE."""

import os
from typing import Any

from lambdas.adapters.telemetry import logger, metrics, tell_decision
from lambdas.adapters.world import BEGINNING, Deployed, world
from lambdas.control.begin import begin_rollout

_world = world(Deployed.from_variables(os.environ), attempts=BEGINNING)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> None:
    """Begin what the ledger asks for on the event's endpoint."""
    endpoint = event["detail"]["EndpointName"]
    tell_decision(endpoint, begin_rollout(_world, endpoint))
