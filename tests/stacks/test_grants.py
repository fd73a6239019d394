"""Least privilege, over every policy of every stack."""

import json
from collections.abc import Iterator

from infra.place import FUNCTIONS, WITNESS, Place
from infra.policies import Reach, function
from tests.stacks.conftest import Synthesized

NAMELESS = {
    "xray:PutTraceSegments": "X-Ray has no resources to name",
    "xray:PutTelemetryRecords": "X-Ray has no resources to name",
    "cloudwatch:GetMetricData": "metrics have no ARNs",
    "cloudwatch:PutMetricData": "metrics have no ARNs; bounded by a condition on the namespace",
    "ecr:GetAuthorizationToken": "one token for the whole registry",
    "logs:CreateLogDelivery": "Step Functions' logging; AWS's guide asks for * for these eight",
    "logs:GetLogDelivery": "",
    "logs:UpdateLogDelivery": "",
    "logs:DeleteLogDelivery": "",
    "logs:ListLogDeliveries": "",
    "logs:PutResourcePolicy": "",
    "logs:DescribeResourcePolicies": "",
    "logs:DescribeLogGroups": "",
}


def grants(synthesized: Synthesized) -> Iterator[tuple[str, str]]:
    for stack in synthesized.stacks():
        for policy in synthesized.resources(stack, "aws_iam_role_policy"):
            for statement in json.loads(policy["policy"])["Statement"]:
                assert statement["Effect"] == "Allow"
                for action in statement["Action"]:
                    yield from ((action, resource) for resource in statement["Resource"])


def test_no_action_is_a_pattern(synthesized: Synthesized) -> None:
    assert not [action for action, _ in grants(synthesized) if "*" in action]


def test_every_resource_is_named_where_aws_lets_one(synthesized: Synthesized) -> None:
    assert {action for action, resource in grants(synthesized) if resource == "*"} == set(NAMELESS)
    patterns = {action for action, resource in grants(synthesized) if "*" in resource and resource != "*"}
    assert patterns == {
        "cloudwatch:DescribeAlarms",  # AWS checks alarm:* whichever alarms are asked for
        "logs:CreateLogGroup",  # a log group's own streams
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:PutObject",  # captures, under their prefix
        "sagemaker:ListTags",  # an endpoint's configurations, whose names hold a timestamp
    }


def test_each_role_has_its_own_policy(synthesized: Synthesized) -> None:
    names = {role["name"] for role in synthesized.resources("prod-control", "aws_iam_role")}
    assert names == {f"serinus-prod-{name}" for name in (*FUNCTIONS, WITNESS, "rollout")}


def test_only_two_functions_can_move_traffic(synthesized: Synthesized) -> None:
    policies = synthesized.stack("prod-control")["resource"]["aws_iam_role_policy"]
    movers = {name.split("_")[0] for name, policy in policies.items() if "UpdateEndpointWeights" in policy["policy"]}
    assert movers == {"advance", "rollback"}


def test_who_looks_on_moves_nothing(synthesized: Synthesized) -> None:
    policies = synthesized.stack("prod-control")["resource"]["aws_iam_role_policy"]
    (own,) = (policy for name, policy in policies.items() if name.startswith("witness"))
    statements = json.loads(own["policy"])["Statement"]
    actions = {action for statement in statements for action in statement["Action"]}
    assert {action for action in actions if action.startswith("sagemaker:")} == {"sagemaker:DescribeEndpoint"}
    (looks,) = (each["Resource"] for each in statements if each["Action"] == ["sagemaker:DescribeEndpoint"])
    assert [endpoint.rpartition(":")[2] for endpoint in looks] == ["endpoint/documents"]
    assert not [action for action in actions if action.startswith("states:")]


def test_only_where_a_rollout_begins_with_a_shadow_may_the_workflow_change_configurations() -> None:
    place = Place("test", "123456789012", "eu-west-1")
    granted = {
        staged: {
            resource
            for statement in function(place, "advance", Reach(["mortgage", "other"], staged=staged))["Statement"]
            if "sagemaker:UpdateEndpoint" in statement["Action"]
            for resource in statement["Resource"]
        }
        for staged in ((), ("mortgage",))
    }
    assert granted[()] == set()
    assert granted["mortgage",] == {place.endpoint("mortgage"), place.endpoint_configs("mortgage")}
