"""The `router` function, at a function URL."""

import os
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.adapters.telemetry import logger
from lambdas.client import connect
from lambdas.client.polled import Times
from lambdas.client.report import Printed
from lambdas.router.http import RefusedError, parse, reason, refusal, response

_times = Times(
    interval=float(os.environ.get("SERINUS_POLL", "15")),
    lifetime=float(os.environ.get("SERINUS_LIFETIME", "120")),
)
_client = connect(os.environ["SERINUS_ENVIRONMENT"], times=_times, report=Printed())


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Send one request to its user's variant."""
    try:
        return response(_client.invoke(parse(event)))
    except (RefusedError, ClientError, BotoCoreError) as error:
        logger.warning("refused", reason=reason(error))
        return refusal(error)
