"""AppConfig for routers: who gets which variant (written by functions), and feature flags (written by Terraform)."""

import json
from collections.abc import Mapping
from typing import Any

from cdktf import TerraformResourceLifecycle, TerraformStack
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
from infra.constructs.flag_guard import FlagGuard
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

    Flags bake under an alarm. Assignments go out at once and unwatched: the judge and the alarms of a rollout decide
    over them, a bake would keep the way back waiting, and an AppConfig that took a rollback back because the router
    fails would give users the canary again.
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, alarms: str) -> None:
        super().__init__(scope, id_)
        name = names.application(environment.name)
        self._application = AppconfigApplication(self, "application", name=name).id
        at_once = AppconfigDeploymentStrategy(
            self,
            "at-once",
            name=names.at_once(environment.name),
            deployment_duration_in_minutes=0,
            final_bake_time_in_minutes=0,
            growth_factor=100,
            replicate_to="NONE",
        )
        self._strategy = at_once.id
        self._at_once = f"{at_once.terraform_resource_type}.{at_once.friendly_unique_id}.id"
        self.places = {each.name: self._place(each.name) for each in flags.sticky(environment)}
        self._flags(environment, alarms)
        self.resources = [
            f"arn:aws:appconfig:{environment.region}:{environment.account}:{part}"
            for part in (
                f"application/{self._application}",
                f"application/{self._application}/*",
                f"deploymentstrategy/{self._strategy}",
            )
        ]

    def _profile(self, name: str, schema: Mapping[str, Any]) -> AppconfigConfigurationProfile:
        return AppconfigConfigurationProfile(
            self,
            f"profile-{name}",
            name=name,
            application_id=self._application,
            location_uri="hosted",
            validator=[AppconfigConfigurationProfileValidator(type="JSON_SCHEMA", content=json.dumps(schema))],
        )

    def _place(self, name: str) -> tuple[AppconfigEnvironment, AppconfigConfigurationProfile]:
        """Make an endpoint's profile, and an environment to deploy it in; both keep their names."""
        made = AppconfigEnvironment(self, f"environment-{name}", name=name, application_id=self._application)
        return made, self._profile(name, SCHEMA)

    def _flags(self, environment: Environment, alarms: str) -> None:
        """Deploy the flags; a new version stands before the old one goes."""
        profile = self._profile(names.FLAGS, _FLAGS_SCHEMA).configuration_profile_id
        number = self._version(environment, profile)
        bake = environment.control.flags_bake
        armed = f"${{{number} > 1}}"
        guard = FlagGuard(self, "guard", environment=environment, armed=armed, topic=alarms) if bake else None
        place = AppconfigEnvironment(
            self,
            f"environment-{names.FLAGS}",
            name=names.FLAGS,
            application_id=self._application,
            monitor=[guard.monitor] if guard else None,
            depends_on=guard.depends_on if guard else None,
        )
        deployment = AppconfigDeployment(
            self,
            "flags-deployed",
            application_id=self._application,
            environment_id=place.environment_id,
            configuration_profile_id=profile,
            configuration_version=f"${{{number}}}",
            deployment_strategy_id=self._course(environment, number) if bake else self._strategy,
            description=f"edition {flags.edition(environment)}",
        )
        if bake:
            _tell_of_rollback(deployment, environment.name)

    def _version(self, environment: Environment, profile: str) -> str:
        """Write the flags down; returns where Terraform finds the version's number."""
        version = AppconfigHostedConfigurationVersion(
            self,
            "flags",
            application_id=self._application,
            configuration_profile_id=profile,
            content_type="application/json",
            content=json.dumps(flags.document(environment), sort_keys=True),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        return f"{version.terraform_resource_type}.{version.friendly_unique_id}.version_number"

    def _course(self, environment: Environment, number: str) -> str:
        """Let every version but the first bake: behind the first there is nothing to go back to."""
        baked = AppconfigDeploymentStrategy(
            self,
            "baked",
            name=names.baked(environment.name),
            deployment_duration_in_minutes=0,
            final_bake_time_in_minutes=environment.control.flags_bake // 60,
            growth_factor=100,
            replicate_to="NONE",
        )
        address = f"{baked.terraform_resource_type}.{baked.friendly_unique_id}"
        return f"${{{number} > 1 ? {address}.id : {self._at_once}}}"


def _tell_of_rollback(deployment: AppconfigDeployment, environment: str) -> None:
    """Warn in every plan as long as what AppConfig took back is what the file says.

    Terraform sees no difference (the state is computed), and must not stop here: the next deploy may bring the mend.
    """
    state = f"{deployment.terraform_resource_type}.{deployment.friendly_unique_id}.state"
    text = (
        f"AppConfig took the last change of {environment}'s feature flags back, as the router failed (alarm"
        f" {names.router_alarm(environment)}) or somebody stopped it: routers have the flags of before. Mend what"
        " failed, then change the flags in the environment file and deploy; a new description of a flag is enough to"
        " try the same again."
    )
    condition = f'${{!contains(["ROLLING_BACK", "ROLLED_BACK", "REVERTED"], {state})}}'
    TerraformStack.of(deployment).add_override(
        "check.flags-serve.assert", [{"condition": condition, "error_message": text}]
    )
