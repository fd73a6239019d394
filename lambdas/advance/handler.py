"""The `advance` function: a task of the Step Functions workflow."""

import os
from datetime import datetime
from typing import Any

from lambdas.adapters.telemetry import logger, metrics, tell_decision
from lambdas.adapters.world import Deployed, world
from lambdas.control.advance import advance

_world = world(Deployed.from_variables(os.environ))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Look once; ``next`` tells the workflow to wait ``seconds`` and look again, to renew itself, or to end."""
    endpoint = event["endpoint"]
    running_for = _world.now() - datetime.fromisoformat(event["since"]).timestamp()
    look = advance(_world, endpoint)
    tell_decision(endpoint, look.decision, look.verdicts)
    return {"endpoint": endpoint, "next": look.following(running_for), "seconds": look.again_in or 0}
