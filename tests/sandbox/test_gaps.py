from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.conftest import Sandbox


POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]})


@pytest.mark.parametrize(
    ("service", "call", "arguments"),
    [
        ("lambda", "get_account_settings", {}),  # REST, JSON
        ("events", "list_partner_event_sources", {"NamePrefix": "x"}),  # JSON
        ("cloudwatch", "list_managed_insight_rules", {"ResourceARN": "arn:x"}),  # query
        ("iam", "get_organizations_access_report", {"JobId": "x" * 36}),  # XML
    ],
)
def test_an_action_that_nobody_emulates_is_refused_at_once(
    sandbox: Sandbox, service: str, call: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(sandbox.client(service), call)(**arguments)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    assert "does not emulate" in refused.value.response["Error"]["Message"]


def test_a_queue_keeps_its_policy_when_another_attribute_changes(sandbox: Sandbox) -> None:
    client, name = sandbox.client("sqs"), sandbox.name("queue")
    url = client.create_queue(QueueName=name)["QueueUrl"]
    dead = client.create_queue(QueueName=name + "-dead")["QueueUrl"]
    dead_arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3}, separators=(",", ":"))
    for change in ({"Policy": POLICY}, {"VisibilityTimeout": "7"}, {"RedrivePolicy": redrive}):
        client.set_queue_attributes(QueueUrl=url, Attributes=change)
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (found["Policy"], found["VisibilityTimeout"], found["RedrivePolicy"]) == (POLICY, "7", redrive)
    client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def deny(bucket: str, condition: dict[str, Any] | None) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Statement": [statement | ({"Condition": condition} if condition else {})]})


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, True),
        ({"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, False),  # a negated condition holds without its key
        ({"StringEquals": {"aws:PrincipalAccount": ["1", "123456789012"]}}, False),
        (None, False),
    ],
)
def test_a_bucket_policy_denies_where_its_conditions_hold(
    sandbox: Sandbox, condition: dict[str, Any] | None, *, allowed: bool
) -> None:
    client, bucket = sandbox.client("s3"), sandbox.name("bucket")
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_bucket_policy(Bucket=bucket, Policy=deny(bucket, condition))
    if allowed:
        client.put_object(Bucket=bucket, Key="k", Body=b"x")
    else:
        with pytest.raises(ClientError):
            client.put_object(Bucket=bucket, Key="k", Body=b"x")


def test_scalable_targets_have_tags(sandbox: Sandbox) -> None:
    client = sandbox.client("application-autoscaling")
    resource = f"endpoint/{sandbox.name()}/variant/stable"
    what = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
    arn = client.register_scalable_target(ResourceId=resource, MinCapacity=1, MaxCapacity=2, Tags={"a": "1"}, **what)
    client.tag_resource(ResourceARN=arn["ScalableTargetARN"], Tags={"b": "2"})
    client.untag_resource(ResourceARN=arn["ScalableTargetARN"], TagKeys=["a"])
    assert client.list_tags_for_resource(ResourceARN=arn["ScalableTargetARN"])["Tags"] == {"b": "2"}


def test_policies_that_aws_manages_exist(sandbox: Sandbox) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    assert sandbox.client("iam").get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AWSLambdaBasicExecutionRole"


def test_a_public_parameter_tells_the_layer_of_the_powertools_that_are_installed(sandbox: Sandbox) -> None:
    client, place = sandbox.client("ssm"), "/aws/service/powertools/python/x86_64/python3.13"
    found = client.get_parameter(Name=f"{place}/{version('aws-lambda-powertools')}")["Parameter"]["Value"]
    assert found.startswith(
        "arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:"
    )
    with pytest.raises(client.exceptions.ParameterNotFound):
        client.get_parameter(Name=f"{place}/0.0.1")


def test_of_several_writes_that_want_a_key_to_be_new_one_is_done(sandbox: Sandbox) -> None:
    bucket = sandbox.name("locks")
    clients = [sandbox.client("s3") for _ in range(4)]
    clients[0].create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    clients[0].put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def lock(client: Any) -> str:
        try:
            client.put_object(Bucket=bucket, Key="state.tflock", Body=b"mine", IfNoneMatch="*")
        except ClientError as refused:
            return str(refused.response["Error"]["Code"])
        return "done"

    with ThreadPoolExecutor(len(clients)) as pool:
        for _ in range(5):
            assert sorted(pool.map(lock, clients)) == ["PreconditionFailed"] * 3 + ["done"]
            clients[0].delete_object(Bucket=bucket, Key="state.tflock")


def test_a_queue_tells_messages_that_wait_from_those_in_flight_and_those_delayed(sandbox: Sandbox) -> None:
    sqs = sandbox.client("sqs")
    url = sqs.create_queue(QueueName=sandbox.name("queue"), Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    for delay in (0, 0, 0, 600):
        sqs.send_message(QueueUrl=url, MessageBody="hello", DelaySeconds=delay)
    (seen,) = sqs.receive_message(QueueUrl=url)["Messages"]

    def counted() -> list[int]:
        names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return [int(found[name]) for name in names]

    assert counted() == [2, 1, 1]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=seen["ReceiptHandle"], VisibilityTimeout=0)
    sandbox.eventually(lambda: counted() == [3, 0, 1])
    assert len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]) == 3
