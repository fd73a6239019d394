"""Nothing over plain HTTP, and nobody in whom nobody needs."""

import json
from typing import Any

import pytest

from tests.stacks.conftest import Synthesized

PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
CONTROLS = [f"{name}-control" for name in ("dev", "path", "prod", "sandbox", "staging")]


def statements(resource: dict[str, Any], effect: str) -> list[dict[str, Any]]:
    return [each for each in json.loads(resource["policy"])["Statement"] if each["Effect"] == effect]


@pytest.mark.parametrize("stack", CONTROLS)
@pytest.mark.parametrize(("kind", "action"), [("aws_sqs_queue", "sqs:*"), ("aws_sns_topic", "sns:Publish")])
def test_plain_http_is_denied_to_everybody(synthesized: Synthesized, stack: str, kind: str, action: str) -> None:
    made = synthesized.resources(stack, kind)
    assert made
    for resource in made:
        (denied,) = statements(resource, "Deny")
        (named,) = denied["Resource"]
        assert named.endswith(f":{resource['name']}")
        assert (denied["Principal"], denied["Action"], denied["Condition"]) == ({"AWS": "*"}, [action], PLAIN)


@pytest.mark.parametrize("stack", CONTROLS)
def test_only_services_are_let_in_and_each_from_one_source(synthesized: Synthesized, stack: str) -> None:
    for resource in (*synthesized.resources(stack, "aws_sqs_queue"), *synthesized.resources(stack, "aws_sns_topic")):
        for allowed in statements(resource, "Allow"):
            assert set(allowed["Principal"]) == {"Service"}
            sources = [operator for operator, keys in allowed["Condition"].items() if "aws:SourceArn" in keys]
            assert sources
            assert set(sources) <= {"ArnEquals", "ArnLike"}


def test_alarms_alone_publish_to_their_topic_and_roles_alone_to_the_decisions(synthesized: Synthesized) -> None:
    topics = {topic["name"]: topic for topic in synthesized.resources("prod-control", "aws_sns_topic")}
    (allowed,) = statements(topics["serinus-prod-alarms"], "Allow")
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    source = allowed["Condition"]["ArnLike"]["aws:SourceArn"].removesuffix("*")
    told = [a for a in synthesized.resources("prod-control", "aws_cloudwatch_metric_alarm") if a["alarm_actions"]]
    assert told
    assert all(f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{a['alarm_name']}".startswith(source) for a in told)
    assert statements(topics["serinus-prod-notifications"], "Allow") == []


def test_no_bucket_is_made_and_no_function_can_be_reached_without_a_signature(synthesized: Synthesized) -> None:
    kinds = {kind for stack in synthesized.stacks() for kind in synthesized.stack(stack)["resource"]}
    assert {kind for kind in kinds if kind.startswith("aws_s3_")} == {"aws_s3_bucket_notification"}
    urls = [url for stack in CONTROLS for url in synthesized.resources(stack, "aws_lambda_function_url")]
    assert {url["authorization_type"] for url in urls} == {"AWS_IAM"}
