"""A SageMaker model, and the role that serves it."""

import json

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.sagemaker_model import SagemakerModel, SagemakerModelPrimaryContainer
from constructs import Construct

from infra import execution, policies
from infra.content import model_name
from infra.place import Place
from infra.spec.endpoint import Endpoint
from infra.spec.model import ModelVersion


class ExecutionRole(Construct):
    """The endpoint's own execution role where the environment file names none."""

    def __init__(self, scope: Construct, id_: str, *, place: Place, endpoint: Endpoint) -> None:
        super().__init__(scope, id_)
        self.arn = endpoint.execution_role or ""
        self.grants: list[ITerraformDependable] = []
        if self.arn:
            return
        name = execution.role_name(place.environment, endpoint.name)
        trust = json.dumps(policies.assumable_by("sagemaker"))
        role = IamRole(self, "role", name=name, assume_role_policy=trust)
        policy = json.dumps(execution.policy(place, endpoint))
        self.grants = [IamRolePolicy(self, "policy", name="own", role=role.name, policy=policy)]
        self.arn = role.arn


class Model(Construct):
    """A model version, named by its content. Its id is the version: it stays when the role changes."""

    def __init__(
        self, scope: Construct, id_: str, *, endpoint: Endpoint, version: ModelVersion, role: ExecutionRole
    ) -> None:
        super().__init__(scope, id_)
        model = SagemakerModel(
            self,
            "model",
            name=model_name(endpoint, version),
            execution_role_arn=role.arn,
            primary_container=SagemakerModelPrimaryContainer(
                image=version.image,
                model_data_url=version.model_data or None,
                environment=dict(version.environment) or None,
            ),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            depends_on=role.grants,
        )
        self.name = model.name
