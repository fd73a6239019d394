"""What the tests of AppConfig say, in fewer words than boto3 needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.roles import Grant, role

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Sandbox

LOOKS: Grant = (["cloudwatch:DescribeAlarms"], ["*"])


def refused(kind: str, call: Callable[[], Any], words: str = "An error occurred") -> dict[str, Any]:
    """Call, and return the refusal of that kind."""
    with pytest.raises(ClientError, match=words) as caught:
        call()
    response: dict[str, Any] = dict(caught.value.response)
    assert response["Error"]["Code"] == kind
    return response


@dataclass
class Store:
    """An application with one environment and one profile of its own."""

    sandbox: Sandbox
    monitors: tuple[str, ...] = ()
    schema: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.api, self.data = self.sandbox.client("appconfig"), self.sandbox.client("appconfigdata")
        self.name = self.sandbox.name("store")
        self.app = self.api.create_application(Name=self.name)["Id"]
        monitors = [
            {"AlarmArn": arn, "AlarmRoleArn": role(self.sandbox, "appconfig", LOOKS)} for arn in self.monitors
        ]
        self.environment = self.api.create_environment(ApplicationId=self.app, Name="live", Monitors=monitors)["Id"]
        validators = [{"Type": "JSON_SCHEMA", "Content": json.dumps(self.schema)}] if self.schema else []
        self.profile = self.api.create_configuration_profile(
            ApplicationId=self.app, Name="flags", LocationUri="hosted", Validators=validators
        )["Id"]
        self.here = {"ApplicationId": self.app, "EnvironmentId": self.environment}
        self.there = {"ApplicationId": self.app, "ConfigurationProfileId": self.profile}

    def strategy(self, minutes: int = 0, factor: float = 100, bake: int = 0, growth: str = "LINEAR") -> str:
        made: str = self.api.create_deployment_strategy(
            Name=self.sandbox.name("strategy"),
            DeploymentDurationInMinutes=minutes,
            GrowthFactor=factor,
            FinalBakeTimeInMinutes=bake,
            GrowthType=growth,
            ReplicateTo="NONE",
        )["Id"]
        return made

    def version(self, document: Any, **more: Any) -> int:
        content = json.dumps(document).encode()
        made: int = self.api.create_hosted_configuration_version(
            **self.there, Content=content, ContentType="application/json", **more
        )["VersionNumber"]
        return made

    def deploy(self, version: int | str, strategy: str = "", **more: Any) -> int:
        number: int = self.api.start_deployment(
            **self.here,
            ConfigurationProfileId=self.profile,
            ConfigurationVersion=str(version),
            DeploymentStrategyId=strategy or self.strategy(),
            **more,
        )["DeploymentNumber"]
        return number

    def state(self, number: int) -> str:
        told: str = self.api.get_deployment(**self.here, DeploymentNumber=number)["State"]
        return told

    def settled(self, number: int, state: str = "COMPLETE") -> None:
        self.sandbox.eventually(lambda: self.state(number) == state)

    def session(self, **more: Any) -> str:
        token: str = self.data.start_configuration_session(
            ApplicationIdentifier=self.name,
            EnvironmentIdentifier="live",
            ConfigurationProfileIdentifier="flags",
            **more,
        )["InitialConfigurationToken"]
        return token

    def poll(self, token: str) -> tuple[Any, str]:
        """Return the document (None: no news) and the next token."""
        answer = self.data.get_latest_configuration(ConfigurationToken=token)
        body = answer["Configuration"].read()
        return (json.loads(body) if body else None), answer["NextPollConfigurationToken"]

    def served(self) -> Any:
        """Return what a new client gets."""
        return self.poll(self.session())[0]
