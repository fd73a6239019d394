"""Least privilege, over every policy of every stack."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.place import FUNCTIONS, WITNESS, Place
from infra.policies import Reach, function
from tests.stacks.conftest import Synthesized

NAMELESS = {
    "xray:PutTraceSegments": "X-Ray has no resources to name",
    "xray:PutTelemetryRecords": "X-Ray has no resources to name",
    "cloudwatch:GetMetricData": "metrics have no ARNs",
    "cloudwatch:PutMetricData": "metrics have no ARNs; bounded by a condition on the namespace",
    "appconfig:ListApplications": "a list of what has no name yet",
    "appconfig:ListDeploymentStrategies": "a list of what has no name yet",
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
    routing = {(a, r) for a, r in grants(synthesized) if a.startswith("appconfig:") and r != "*"}
    own = "application/${aws_appconfig_application.routing_application_1CD95CE1.id}"
    assert not [each for each in routing if own not in each[1] and ":deploymentstrategy/" not in each[1]]
    assert patterns - {action for action, _ in routing} == {
        "cloudwatch:DescribeAlarms",  # AWS checks alarm:* whichever alarms are asked for
        "logs:CreateLogGroup",  # a log group's own streams
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",  # captures, under their prefix
        "s3:PutObject",
        "sagemaker:ListTags",  # an endpoint's configurations, whose names hold a timestamp
        "sagemaker:UpdateEndpoint",
    }


def documents(value: Any) -> Iterator[Any]:
    """Find the policy documents in a stack, of whatever they are the policies."""
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from documents(child)
    elif isinstance(value, str) and '"Statement"' in value:
        yield json.loads(value)


def test_no_policy_of_anything_lets_do_more_on_everything(synthesized: Synthesized) -> None:
    found = [each for stack in synthesized.stacks() for each in documents(synthesized.stack(stack)["resource"])]
    assert len(found) > 50
    for statement in (each for document in found for each in document["Statement"]):
        if statement["Effect"] == "Allow" and "*" in statement.get("Resource", ()):
            assert set(statement["Action"]) <= set(NAMELESS)
        assert statement.get("Principal") != "*"


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


@pytest.mark.parametrize(
    ("name", "reach", "configured"),
    [
        ("advance", Reach(["mortgage", "other"]), ()),
        ("advance", Reach(["mortgage", "other"], staged=["mortgage"]), ("mortgage",)),
        ("rollback", Reach(["mortgage", "other"], staged=["mortgage"]), ()),
        ("advance", Reach(["mortgage", "other"], returning=["mortgage"]), ("mortgage",)),
        ("rollback", Reach(["mortgage", "other"], returning=["mortgage"]), ("mortgage",)),
        ("begin", Reach(["mortgage", "other"], ["mortgage"], returning=["mortgage"]), ()),
    ],
)
def test_only_who_goes_from_stage_to_stage_or_back_may_change_configurations(
    name: str, reach: Reach, configured: tuple[str, ...]
) -> None:
    place = Place("test", "123456789012", "eu-west-1")
    granted = {
        resource
        for statement in function(place, name, reach)["Statement"]
        if "sagemaker:UpdateEndpoint" in statement["Action"]
        for resource in statement["Resource"]
    }
    assert granted == {each for e in configured for each in (place.endpoint(e), place.endpoint_configs(e))}
