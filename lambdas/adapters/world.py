"""The ports wired to AWS, for a deployed environment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from lambdas.adapters.appconfig import AppConfigAssignments
from lambdas.adapters.baselines import baselines
from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.routed import RoutedEndpoints
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.adapters.sns import SnsNotifier
from lambdas.adapters.stepfunctions import StepFunctionsWorkflow
from lambdas.adapters.throttling import telling
from lambdas.control.world import World
from lambdas.rollout.ports import Endpoints

LOOKING, RETURNING, BEGINNING = 3, 5, 7
"""How often a call is made in all, by a look at a rollout, by a rollback, and by what begins one.

Before each attempt but the first boto3 waits for a random time up to 1, 2, 4, 8, 16 and then 20 s (its guide,
"Retries", standard mode). A look is made again by the workflow, which waits better and unpaid; what begins a rollout
is called again by Lambda twice at the most, and nobody waits for it.
"""


def config(attempts: int = LOOKING) -> Config:
    """Configure a client; timeouts are short, for a function has tens of seconds."""
    retries: Any = {"mode": "standard", "total_max_attempts": attempts}
    return Config(retries=retries, connect_timeout=3, read_timeout=10)


@dataclass(frozen=True, slots=True)
class Deployed:
    """Where an environment's parts are, and its times in seconds; ``sticky`` where an endpoint has a router.

    ``baselines`` is "1" where an endpoint has a baseline. ``key`` is the ARN of the environment's own KMS key, if
    it has one.
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
    baselines: str = ""

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
            baselines=variables.get("SERINUS_BASELINES", ""),
        )


def world(deployed: Deployed, client: Callable[..., Any] = boto3.client, attempts: int = LOOKING) -> World:
    """Build every port over boto3 clients that try a call so often."""

    def connected(service: str) -> Any:
        return telling(client(service, config=config(attempts)))

    sagemaker = SageMakerEndpoints(connected("sagemaker"))
    dynamodb = connected("dynamodb")
    ledger = DynamoDBLedger(dynamodb, deployed.ledger)
    return World(
        ledger=ledger,
        outbox=ledger,
        endpoints=_endpoints(deployed, sagemaker, connected),
        fleets=sagemaker,
        metrics=CloudWatchMetrics(connected("cloudwatch"), deployed.period, deployed.delay),
        workflow=StepFunctionsWorkflow(connected("stepfunctions"), deployed.workflow_arn),
        notifier=SnsNotifier(connected("sns"), deployed.topic_arn),
        now=time.time,
        period=deployed.period,
        settle=deployed.settle,
        baselines=baselines(dynamodb, deployed.ledger, deployed.baselines),
    )


def _endpoints(deployed: Deployed, sagemaker: Endpoints, connected: Callable[[str], Any]) -> Endpoints:
    """Put routers in front of SageMaker where there are any; elsewhere nobody asks AppConfig."""
    if not deployed.sticky:
        return sagemaker
    assignments = AppConfigAssignments(connected("appconfig"), deployed.environment, deployed.key)
    return RoutedEndpoints(sagemaker, assignments)
