"""The state machine that drives rollouts."""

import json

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.sfn_state_machine import (
    SfnStateMachine,
    SfnStateMachineLoggingConfiguration,
    SfnStateMachineTracingConfiguration,
)
from constructs import Construct

from infra import policies
from infra.constructs.role import Role
from infra.place import Place
from infra.spec.environment import Control
from infra.workflow import definition
from lambdas.rollout import names


class Workflow(Construct):
    """A Standard state machine over the functions ``advance`` and ``rollback`` (ARNs)."""

    def __init__(
        self, scope: Construct, id_: str, *, place: Place, control: Control, functions: dict[str, str]
    ) -> None:
        super().__init__(scope, id_)
        name = names.workflow(place.environment)
        role = Role(self, "role", name=name, service="states", policy=policies.workflow(place))
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
