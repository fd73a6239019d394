"""The state machine that drives rollouts."""

import json

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.sfn_state_machine import (
    SfnStateMachine,
    SfnStateMachineLoggingConfiguration,
    SfnStateMachineTracingConfiguration,
)
from constructs import Construct

from infra import keys, policies
from infra.constructs.role import Role
from infra.place import Place
from infra.spec.environment import Environment
from infra.workflow import definition
from lambdas.rollout import names


class Workflow(Construct):
    """A Standard state machine over the functions ``advance`` and ``rollback`` (ARNs)."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, functions: dict[str, str]) -> None:
        super().__init__(scope, id_)
        name, control = names.workflow(environment.name), environment.control
        own = policies.workflow(Place(environment.name, environment.account, environment.region))["Statement"]
        policy = policies.document([*own, *keys.workflow(environment)])
        role = Role(self, "role", name=name, service="states", policy=policy)
        # The prefix that AWS recommends: the size of the account's log resource policy is limited.
        group = f"/aws/vendedlogs/states/{name}"
        log_group = CloudwatchLogGroup(self, "log", name=group, retention_in_days=control.log_retention_days)
        states = definition(functions["advance"], functions["rollback"], control.function_timeout)
        SfnStateMachine(
            self,
            "machine",
            name=name,
            role_arn=role.arn,
            definition=json.dumps(states),
            type="STANDARD",
            logging_configuration=SfnStateMachineLoggingConfiguration(
                level="ALL", include_execution_data=True, log_destination=f"{log_group.arn}:*"
            ),
            tracing_configuration=SfnStateMachineTracingConfiguration(enabled=True),
            depends_on=[role.policy],
        )
