"""The `live` function: read only, invoked by Terraform's ``aws_lambda_invocation`` data source."""

import os
from dataclasses import asdict
from typing import Any

import boto3

from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.adapters.telemetry import logger
from lambdas.rollout.preview import Desired, preview

_endpoints = SageMakerEndpoints(boto3.client("sagemaker"))
_ledger = DynamoDBLedger(boto3.client("dynamodb"), os.environ["SERINUS_LEDGER"])


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer a `Desired` with a `Preview`."""
    desired = Desired(**event)
    live = _endpoints.live(desired.endpoint)
    versions = _endpoints.versions(desired.endpoint) if live else {}
    answer = preview(desired, live, versions, _ledger.load(desired.endpoint))
    logger.info("preview", endpoint=desired.endpoint, refusal=answer.refusal)
    return asdict(answer)
