"""Sticky routing on the sandbox, set up by boto3: AppConfig as Terraform would leave it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lambdas.adapters.appconfig import AppConfigAssignments
from lambdas.rollout.assignment_schema import SCHEMA
from lambdas.rollout.names import FLAGS, application, at_once

if TYPE_CHECKING:
    from tests.conftest import Sandbox


class Sticky:
    """An environment's application and strategy, with the endpoints that are put into it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.environment, self._sandbox = sandbox.name("sticky"), sandbox
        self.api = sandbox.client("appconfig")
        self.app = self.api.create_application(Name=application(self.environment))["Id"]
        self.strategy = self.api.create_deployment_strategy(
            Name=at_once(self.environment),
            DeploymentDurationInMinutes=0,
            GrowthFactor=100,
            FinalBakeTimeInMinutes=0,
            ReplicateTo="NONE",
        )["Id"]
        self.assignments = AppConfigAssignments(self.api, self.environment)

    def add(self, endpoint: str) -> None:
        """Make the AppConfig environment and the profile of an endpoint."""
        self._place(endpoint, SCHEMA)

    def put_flags(self, document: Any) -> None:
        """Deploy the feature flags."""
        place, profile = self._place(FLAGS, None)
        self.publish(place, profile, document)

    def publish(self, place: str, profile: str, document: Any) -> None:
        """Deploy any content, as a person would."""
        version = self.api.create_hosted_configuration_version(
            ApplicationId=self.app,
            ConfigurationProfileId=profile,
            Content=json.dumps(document).encode(),
            ContentType="application/json",
        )["VersionNumber"]
        here = {"ApplicationId": self.app, "EnvironmentId": place}
        number = self.api.start_deployment(
            **here,
            ConfigurationProfileId=profile,
            ConfigurationVersion=str(version),
            DeploymentStrategyId=self.strategy,
        )["DeploymentNumber"]

        def over() -> bool:
            state: str = self.api.get_deployment(**here, DeploymentNumber=number)["State"]
            return state == "COMPLETE"

        self._sandbox.eventually(over)

    def _place(self, name: str, schema: Any) -> tuple[str, str]:
        validators = [{"Type": "JSON_SCHEMA", "Content": json.dumps(dict(schema))}] if schema else []
        profile = self.api.create_configuration_profile(
            ApplicationId=self.app, Name=name, LocationUri="hosted", Validators=validators
        )["Id"]
        return self.api.create_environment(ApplicationId=self.app, Name=name)["Id"], profile
