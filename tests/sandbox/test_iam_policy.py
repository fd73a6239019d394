from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.iam.asked import Access, UnknownAccessError, accesses
from sandbox.iam.policy import NotEmulatedError, allows, matches

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/serinus-prod-ledger"
ACTION = "dynamodb:GetItem"


def statement(effect: str = "Allow", action: Any = ACTION, resource: Any = TABLE, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource} | more


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([], False),
        ([statement()], True),
        ([statement(action=["dynamodb:PutItem", "DynamoDB:getitem"])], True),
        ([statement(action="dynamodb:Get*")], True),
        ([statement(action="dynamodb:PutItem")], False),
        ([statement(resource="*")], True),
        ([statement(resource=TABLE[:-1] + "?")], True),
        ([statement(resource=TABLE + "?")], False),
        ([statement(resource=TABLE.upper())], False),
        ([statement(resource=TABLE.replace("-", "."))], False),
        ([statement(), statement("Deny", action="dynamodb:*", resource="*")], False),
        ([statement(), statement("Deny", action="dynamodb:PutItem")], True),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": TABLE}], True),
        ([{"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": TABLE}], False),
        ([{"Effect": "Allow", "Action": ACTION, "NotResource": TABLE}], False),
        ([statement(Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})], True),
        ([statement(Condition={"StringEquals": {"aws:requestedregion": ["eu-west-2", "eu-west-1"]}})], True),
        ([statement(Condition={"StringLike": {"aws:RequestedRegion": "us-*"}})], False),
        ([statement(Condition={"StringEquals": {"aws:Absent": "x"}})], False),
        ([statement(Condition={"StringEqualsIfExists": {"aws:Absent": "x"}})], True),
        ([statement(Condition={"StringNotEquals": {"aws:Absent": "x"}})], True),
        ([statement(Condition={"ArnNotLike": {"aws:RequestedRegion": "eu-*"}})], False),
        ([statement(), statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], True),
    ],
)
def test_what_no_statement_allows_is_denied_and_a_deny_wins(statements: list[Any], allowed: bool) -> None:  # noqa: FBT001 - a case
    context = {"aws:requestedregion": "eu-west-1"}
    assert allows([document(*statements)], ACTION, TABLE, context) is allowed


def test_an_operator_that_is_not_evaluated_is_told() -> None:
    unknown = statement(Condition={"NumericLessThan": {"s3:max-keys": "10"}})
    with pytest.raises(NotEmulatedError, match="NumericLessThan"):
        allows([document(unknown)], ACTION, TABLE)


@given(st.text(), st.text(), st.text())
def test_a_star_covers_whatever_is_there(before: str, between: str, after: str) -> None:
    plain = (part.replace("*", "").replace("?", "") for part in (before, after))
    first, last = plain
    assert matches(f"{first}*{last}", first + between + last)
    assert matches(first, first)


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:eu-west-1:123456789012:{rest}"


@pytest.mark.parametrize(
    ("service", "operation", "given", "asked"),
    [
        ("sagemaker", "DescribeEndpoint", {"EndpointName": "A"}, ("DescribeEndpoint", "endpoint/a")),
        ("sns", "Publish", {"TopicArn": arn("sns", "t"), "Message": "m"}, ("Publish", "t")),
        ("states", "StartExecution", {"stateMachineArn": arn("states", "x:m")}, ("StartExecution", "stateMachine:m")),
        ("lambda", "Invoke", {"FunctionName": arn("lambda", "function:f")}, ("InvokeFunction", "function:f")),
        ("lambda", "Invoke", {"FunctionName": "f"}, ("InvokeFunction", "function:f")),
        ("sqs", "SendMessage", {"QueueUrl": "http://x/1/q"}, ("SendMessage", "q")),
        ("cloudwatch", "DescribeAlarms", {"AlarmNames": ["a"]}, ("DescribeAlarms", "alarm:*")),
        ("dynamodb", "Query", {"TableName": "t"}, ("Query", "table/t")),
    ],
)
def test_a_call_is_checked_for_what_it_names(
    service: str, operation: str, given: Any, asked: tuple[str, str]
) -> None:
    action, resource = asked
    expected = [Access(f"{service}:{action}", arn(service, resource))]
    assert accesses("monitoring" if service == "cloudwatch" else service, operation, given) == expected


def test_a_call_that_names_nothing_is_checked_for_a_star() -> None:
    assert accesses("monitoring", "GetMetricData", {}) == [Access("cloudwatch:GetMetricData", "*")]


def test_an_update_is_checked_for_the_endpoint_and_the_configuration() -> None:
    asked = accesses("sagemaker", "UpdateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c"})
    assert {each.resource.rpartition(":")[2] for each in asked} == {"endpoint/e", "endpoint-config/c"}


def test_a_transaction_is_checked_item_by_item() -> None:
    items = [{"Put": {"TableName": "a"}}, {"ConditionCheck": {"TableName": "b"}}]
    asked = accesses("dynamodb", "TransactWriteItems", {"TransactItems": items})
    assert [(each.action, each.resource.rpartition("/")[2]) for each in asked] == [
        ("dynamodb:PutItem", "a"),
        ("dynamodb:ConditionCheckItem", "b"),
    ]


def test_a_batch_is_checked_table_by_table() -> None:
    asked = accesses("dynamodb", "BatchGetItem", {"RequestItems": {"a": {}, "b": {}}})
    assert {each.action for each in asked} == {"dynamodb:BatchGetItem"}
    assert [each.resource.rpartition("/")[2] for each in asked] == ["a", "b"]


@pytest.mark.parametrize(
    ("operation", "words"),
    [("PaintEndpoint", "no action sagemaker:PaintEndpoint"), ("DescribeModel", "does not know which model")],
)
def test_nobody_is_let_through_on_a_guess(operation: str, words: str) -> None:
    with pytest.raises(UnknownAccessError, match=words):
        accesses("sagemaker", operation, {})
