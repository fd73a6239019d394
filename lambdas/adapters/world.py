"""The ports wired to AWS, for a deployed environment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from lambdas.adapters.appconfig import AppConfigAssignments
from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.routed import RoutedEndpoints
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.adapters.sns import SnsNotifier
from lambdas.adapters.stepfunctions import StepFunctionsWorkflow
from lambdas.control.world import World
from lambdas.rollout.ports import Endpoints

CONFIG = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=3, read_timeout=10)
"""Short timeouts: a function has tens of seconds, and the workflow looks again anyway."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """Where an environment's parts are, and its times in seconds; ``sticky`` where an endpoint has a router.

    ``key`` is the ARN of the environment's own KMS key, if it has one.
    """

    environment: str
    ledger: str
    workflow_arn: str
    topic_arn: str
    period: int
    delay: int
    settle: int
    sticky: bool = False
    key: str = ""

    @classmethod
    def from_variables(cls, variables: Mapping[str, str]) -> "Deployed":
        """Read the variables that Terraform gives to every function; a missing one raises KeyError."""
        return cls(
            environment=variables["SERINUS_ENVIRONMENT"],
            ledger=variables["SERINUS_LEDGER"],
            workflow_arn=variables.get("SERINUS_WORKFLOW_ARN", ""),
            topic_arn=variables.get("SERINUS_TOPIC_ARN", ""),
            period=int(variables["SERINUS_METRIC_PERIOD"]),
            delay=int(variables["SERINUS_METRIC_DELAY"]),
            settle=int(variables["SERINUS_SETTLE"]),
            sticky=variables.get("SERINUS_STICKY", "") == "1",
            key=variables.get("SERINUS_KEY", ""),
        )


def world(deployed: Deployed, client: Callable[..., Any] = boto3.client) -> World:
    """Build every port over boto3 clients."""
    sagemaker = SageMakerEndpoints(client("sagemaker", config=CONFIG))
    return World(
        ledger=DynamoDBLedger(client("dynamodb", config=CONFIG), deployed.ledger),
        endpoints=_endpoints(deployed, sagemaker, client),
        fleets=sagemaker,
        metrics=CloudWatchMetrics(client("cloudwatch", config=CONFIG), deployed.period, deployed.delay),
        workflow=StepFunctionsWorkflow(client("stepfunctions", config=CONFIG), deployed.workflow_arn),
        notifier=SnsNotifier(client("sns", config=CONFIG), deployed.topic_arn),
        now=time.time,
        period=deployed.period,
        settle=deployed.settle,
    )


def _endpoints(deployed: Deployed, sagemaker: Endpoints, client: Callable[..., Any]) -> Endpoints:
    """Put routers in front of SageMaker where there are any; elsewhere nobody asks AppConfig."""
    if not deployed.sticky:
        return sagemaker
    appconfig = client("appconfig", config=CONFIG)
    return RoutedEndpoints(sagemaker, AppConfigAssignments(appconfig, deployed.environment, deployed.key))
