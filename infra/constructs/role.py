"""An IAM role with one inline policy."""

import json

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from infra import policies


class Role(Construct):
    """A role that one AWS service takes, with exactly the ``policy``'s grants."""

    def __init__(self, scope: Construct, id_: str, *, name: str, service: str, policy: policies.Document) -> None:
        super().__init__(scope, id_)
        trust = json.dumps(policies.assumable_by(service))
        role = IamRole(self, "role", name=name, assume_role_policy=trust)
        self.policy = IamRolePolicy(self, "policy", name="own", role=role.name, policy=json.dumps(policy))
        self.arn = role.arn
