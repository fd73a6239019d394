"""The workflow in Step Functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient


class StepFunctionsWorkflow:
    """Implements `lambdas.rollout.ports.Workflow`."""

    def __init__(self, client: SFNClient, arn: str) -> None:
        self._client, self._arn = client, arn

    def start(self, endpoint: str, name: str) -> None:
        """Start an execution; a name that is taken was started before, which is what was wanted."""
        try:
            self._client.start_execution(
                stateMachineArn=self._arn, name=name, input=json.dumps({"endpoint": endpoint})
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return
