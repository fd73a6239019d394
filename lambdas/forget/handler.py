"""The `forget` function: an ``aws_lambda_invocation`` with lifecycle scope CRUD calls it at each change.

AppConfig refuses to delete a configuration profile that has versions, whoever made them, and Terraform knows of its
own alone. So at ``destroy`` the versions of the endpoint's profile go first.
"""

import os
from typing import Any

import boto3

from lambdas.adapters.appconfig import AppConfigAssignments
from lambdas.adapters.telemetry import logger

_assignments = AppConfigAssignments(boto3.client("appconfig"), os.environ["SERINUS_ENVIRONMENT"])


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Forget ``endpoint`` where Terraform deletes; ``tf`` is what the provider adds to the input."""
    deleted = event.get("tf", {}).get("action") == "delete"
    if deleted:
        _assignments.forget(event["endpoint"])
        logger.info("forgotten", endpoint=event["endpoint"])
    return {"endpoint": event["endpoint"], "forgotten": deleted}
