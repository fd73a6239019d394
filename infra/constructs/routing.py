"""AppConfig for routers: who gets which variant (written by functions), and feature flags (written by Terraform)."""

import json
from collections.abc import Mapping
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appconfig_application import AppconfigApplication
from cdktf_cdktf_provider_aws.appconfig_configuration_profile import (
    AppconfigConfigurationProfile,
    AppconfigConfigurationProfileValidator,
)
from cdktf_cdktf_provider_aws.appconfig_deployment import AppconfigDeployment
from cdktf_cdktf_provider_aws.appconfig_deployment_strategy import AppconfigDeploymentStrategy
from cdktf_cdktf_provider_aws.appconfig_environment import AppconfigEnvironment
from cdktf_cdktf_provider_aws.appconfig_hosted_configuration_version import AppconfigHostedConfigurationVersion
from constructs import Construct

from infra import flags
from infra.spec.environment import Environment
from lambdas.rollout import names
from lambdas.rollout.assignment_schema import SCHEMA

_FLAGS_SCHEMA: Mapping[str, Any] = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["default"],
        "additionalProperties": False,
        "properties": {"default": {"type": "boolean"}, "rules": {"type": "object"}},
    },
}


class Routing(Construct):
    """An application with an environment and a profile per endpoint, and one of both for the flags.

    AppConfig deploys one thing at a time in an environment, so no endpoint waits for another, and a rollback never
    waits for flags.
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        super().__init__(scope, id_)
        name = names.application(environment.name)
        self._application = AppconfigApplication(self, "application", name=name).id
        self._strategy = AppconfigDeploymentStrategy(
            self,
            "at-once",
            name=names.at_once(environment.name),
            deployment_duration_in_minutes=0,
            final_bake_time_in_minutes=0,
            growth_factor=100,
            replicate_to="NONE",
        ).id
        self.places = {each.name: self._profile(each.name, SCHEMA) for each in flags.sticky(environment)}
        self._flags(environment)
        self.resources = [
            f"arn:aws:appconfig:{environment.region}:{environment.account}:{part}"
            for part in (
                f"application/{self._application}",
                f"application/{self._application}/*",
                f"deploymentstrategy/{self._strategy}",
            )
        ]

    def _profile(
        self, name: str, schema: Mapping[str, Any]
    ) -> tuple[AppconfigEnvironment, AppconfigConfigurationProfile]:
        """Make a profile, and an environment to deploy it in; both keep their names."""
        made = AppconfigEnvironment(self, f"environment-{name}", name=name, application_id=self._application)
        profile = AppconfigConfigurationProfile(
            self,
            f"profile-{name}",
            name=name,
            application_id=self._application,
            location_uri="hosted",
            validator=[AppconfigConfigurationProfileValidator(type="JSON_SCHEMA", content=json.dumps(schema))],
        )
        return made, profile

    def _flags(self, environment: Environment) -> None:
        """Deploy the flags; a new version stands before the old one goes."""
        made, profiled = self._profile(names.FLAGS, _FLAGS_SCHEMA)
        place, profile = made.environment_id, profiled.configuration_profile_id
        version = AppconfigHostedConfigurationVersion(
            self,
            "flags",
            application_id=self._application,
            configuration_profile_id=profile,
            content_type="application/json",
            content=json.dumps(flags.document(environment), sort_keys=True),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        address = f"{version.terraform_resource_type}.{version.friendly_unique_id}"
        AppconfigDeployment(
            self,
            "flags-deployed",
            application_id=self._application,
            environment_id=place,
            configuration_profile_id=profile,
            configuration_version=f"${{{address}.version_number}}",
            deployment_strategy_id=self._strategy,
        )
