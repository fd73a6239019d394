"""The `witness` function: on "SageMaker Endpoint Deployment State Change", and when an endpoint comes to rest.

Also on "CloudWatch Alarm State Change" of serverless endpoints, whose deployments no alarm takes back.
"""

import os
from typing import Any

from lambdas.adapters.native import onlooker
from lambdas.adapters.telemetry import logger
from lambdas.adapters.world import Deployed
from lambdas.control.witness import heed
from lambdas.witness.request import parse

_onlooker = onlooker(Deployed.from_variables(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: Any) -> None:
    """Keep what the event says, and what DescribeEndpoint says now."""
    for line in heed(_onlooker, parse(event)):
        logger.info(line.reason, endpoint=line.endpoint, decision=line.kind, phase=line.phase, weight=line.weight)
