"""What the tests of SageMaker's endpoints say, in fewer words than boto3 needs."""

from __future__ import annotations

import functools
import itertools
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.server import Running

MODELS = "models"
"""The execution role, which may do everything."""
ROLE = f"arn:aws:iam::123456789012:role/{MODELS}"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/tiny:1"
_numbers = itertools.count(1)


def name(stem: str) -> str:
    return f"{stem}-{next(_numbers)}"


def eventually(condition: Callable[[], Any], timeout: float = 20) -> Any:
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {timeout} s: {found!r}")
        time.sleep(0.02)
    return found


def blue_green(
    routing: Mapping[str, Any] | None = None, *, wait: int = 0, alarms: tuple[str, ...] = ()
) -> dict[str, Any]:
    policy = {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0} | dict(routing or {}),
        "TerminationWaitInSeconds": wait,
    }
    rollback = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm} for alarm in alarms]}}
    return {"BlueGreenUpdatePolicy": policy} | (rollback if alarms else {})


@functools.cache
def _client(url: str, service: str) -> Any:
    session: Any = boto3.Session("test", "test", region_name="eu-west-1")
    once = Config(retries={"total_max_attempts": 1}, max_pool_connections=50)
    return session.client(service, endpoint_url=url, config=once)


@dataclass(frozen=True)
class Hosting:
    """A sandbox, and how to put endpoints on it."""

    running: Running

    def client(self, service: str) -> Any:
        return _client(self.running.url, service)

    @property
    def api(self) -> Any:
        return self.client("sagemaker")

    def model(self, says: str = "", *, image: str = IMAGE, role: str = ROLE, **more: Any) -> str:
        made = name("model")
        environment = {"SAYS": says or made} | more.pop("environment", {})
        container = {"Image": image, "Environment": environment} | more
        self.api.create_model(ModelName=made, ExecutionRoleArn=role, PrimaryContainer=container)
        return made

    def variant(self, variant: str = "stable", model: str = "", weight: float = 1, count: int = 1) -> Any:
        return {
            "VariantName": variant,
            "ModelName": model or self.model(variant),
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": count,
            "InitialVariantWeight": weight,
        }

    def config(self, *variants: Any, **more: Any) -> str:
        made = name("config")
        self.api.create_endpoint_config(
            EndpointConfigName=made, ProductionVariants=list(variants) or [self.variant()], **more
        )
        return made

    def endpoint(self, config: str = "", **more: Any) -> str:
        made = name("endpoint")
        self.api.create_endpoint(EndpointName=made, EndpointConfigName=config or self.config(), **more)
        assert self.settled(made)["EndpointStatus"] == "InService", self.describe(made)
        return made

    def update(self, endpoint: str, config: str, **more: Any) -> None:
        self.api.update_endpoint(EndpointName=endpoint, EndpointConfigName=config, **more)

    def reweigh(self, endpoint: str, **weights: float) -> None:
        wanted = [{"VariantName": variant, "DesiredWeight": weight} for variant, weight in weights.items()]
        self.api.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=wanted)

    def describe(self, endpoint: str) -> Any:
        return self.api.describe_endpoint(EndpointName=endpoint)

    def settled(self, endpoint: str) -> Any:
        moving = {"Creating", "Updating", "RollingBack"}

        def still() -> Any:
            shown = self.describe(endpoint)
            return shown["EndpointStatus"] not in moving and shown

        return eventually(still, 40)

    def variants(self, endpoint: str) -> dict[str, Any]:
        return {item["VariantName"]: item for item in self.describe(endpoint)["ProductionVariants"]}

    def invoke(self, endpoint: str, target: str | None = None, **asked: Any) -> Any:
        """Send `asked`, which tells the tiny model server how to behave."""
        more = {"TargetVariant": target} if target else {}
        return self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint, Body=json.dumps(asked), ContentType="application/json", **more
        )

    def says(self, endpoint: str, target: str | None = None) -> str:
        said: str = self.answer(endpoint, target)["says"]
        return said

    def answer(self, endpoint: str, target: str | None = None, **asked: Any) -> Any:
        return json.load(self.invoke(endpoint, target, **asked)["Body"])


def ring(hosting: Hosting, alarm: str) -> None:
    hosting.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")


def pair(hosting: Hosting, count: int = 4) -> tuple[str, str, str]:
    """Return an endpoint that says `old`, its configuration, and one that says `new`."""
    old, new = (
        hosting.config(hosting.variant("stable", hosting.model(says), count=count)) for says in ("old", "new")
    )
    return hosting.endpoint(old), old, new
