from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.functions import Function
from tests.sandbox.roles import role

if TYPE_CHECKING:
    from tests.conftest import Sandbox

ALLOW = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}


class Rule:
    """A rule on a source of its own."""

    def __init__(self, sandbox: Sandbox, **detail: Any) -> None:
        self.sandbox = sandbox
        self.name = sandbox.name("rule")
        self.client = sandbox.client("events")
        self.arn = f"arn:aws:events:eu-west-1:123456789012:rule/{self.name}"
        pattern = {"source": [self.name]} | ({"detail": detail} if detail else {})
        self.client.put_rule(Name=self.name, EventPattern=json.dumps(pattern))

    def target(self, arn: str, **settings: Any) -> None:
        target = {"Id": str(len(arn)), "Arn": arn} | settings
        assert self.client.put_targets(Rule=self.name, Targets=[target])["FailedEntryCount"] == 0

    def put(self, **detail: Any) -> None:
        entry = {"Source": self.name, "DetailType": "test", "Detail": json.dumps(detail)}
        assert self.client.put_events(Entries=[entry])["FailedEntryCount"] == 0


class Queue:
    """A queue that EventBridge may send to, or not."""

    def __init__(self, sandbox: Sandbox, *, open_to_events: bool = True) -> None:
        self.sandbox = sandbox
        self.client = sandbox.client("sqs")
        name = sandbox.name("queue")
        self.url = self.client.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:eu-west-1:123456789012:{name}"
        if open_to_events:
            policy = {"Statement": [ALLOW | {"Action": "sqs:SendMessage", "Resource": self.arn}]}
            self.client.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": json.dumps(policy)})

    def message(self) -> Any:
        found = self.client.receive_message(QueueUrl=self.url, MessageAttributeNames=["All"]).get("Messages")
        return found[0] if found else None

    def next(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.eventually(self.message)
        return found


@pytest.fixture
def rule(sandbox: Sandbox) -> Rule:
    return Rule(sandbox)


@pytest.fixture
def queue(sandbox: Sandbox) -> Queue:
    return Queue(sandbox)


def test_a_queue_gets_the_whole_event(rule: Rule, queue: Queue) -> None:
    rule.target(queue.arn)
    rule.put(k=[1, {"x": None}])
    event = json.loads(queue.next()["Body"])
    assert event["detail"] == {"k": [1, {"x": None}]}
    assert (event["source"], event["account"], event["region"]) == (rule.name, "123456789012", "eu-west-1")
    assert event["time"].endswith("Z")
    assert set(event) == {
        "version",
        "id",
        "detail-type",
        "source",
        "account",
        "time",
        "region",
        "resources",
        "detail",
    }


def test_only_what_matches_is_delivered(sandbox: Sandbox, queue: Queue) -> None:
    rule = Rule(sandbox, state=["IN_SERVICE"], n=[{"numeric": [">", 2]}])
    rule.target(queue.arn, InputPath="$.detail")
    rule.put(state="UPDATING", n=3)
    rule.put(state="IN_SERVICE", n=1)
    rule.put(state="IN_SERVICE", n=4)
    assert json.loads(queue.next()["Body"]) == {"state": "IN_SERVICE", "n": 4}
    assert queue.message() is None


def test_a_disabled_rule_delivers_nothing(rule: Rule, queue: Queue) -> None:
    rule.target(queue.arn, InputPath="$.detail.n")
    rule.client.disable_rule(Name=rule.name)
    rule.put(n=1)
    rule.client.enable_rule(Name=rule.name)
    rule.put(n=2)
    assert queue.next()["Body"] == "2"


def test_a_function_gets_the_transformed_event(rule: Rule, sandbox: Sandbox) -> None:
    function = Function(sandbox)
    function.client.add_permission(
        FunctionName=function.name,
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule.arn,
    )
    rule.target(
        function.arn, InputTransformer={"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"seen": <n>}'}
    )
    rule.put(n=5)
    sandbox.eventually(lambda: 'got {"seen": 5}\n' in function.log())


def test_a_topic_and_a_state_machine_are_reached(rule: Rule, queue: Queue, sandbox: Sandbox) -> None:
    sns, states = sandbox.client("sns"), sandbox.client("stepfunctions")
    topic = sns.create_topic(Name=sandbox.name("topic"))["TopicArn"]
    policy = {"Statement": [ALLOW | {"Action": "sns:Publish", "Resource": topic}]}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn, Attributes={"RawMessageDelivery": "true"})
    rule.target(topic, InputTransformer={"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"n is <n>"'})
    machine = states.create_state_machine(
        name=sandbox.name("machine"),
        roleArn=role(sandbox, "states"),
        definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}),
    )["stateMachineArn"]
    rule.target(machine, RoleArn="arn:aws:iam::123456789012:role/r", Input='{"constant": 1}')
    rule.put(n=6)
    assert queue.next()["Body"] == "n is 6"

    def finished() -> Any:
        return states.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED")["executions"]

    (execution,) = sandbox.eventually(finished)
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["output"]) == {"constant": 1}


def test_without_permission_an_event_goes_to_the_dead_letter_queue(
    rule: Rule, queue: Queue, sandbox: Sandbox
) -> None:
    function = Function(sandbox)  # nobody may invoke it
    rule.target(function.arn, DeadLetterConfig={"Arn": queue.arn}, InputPath="$.detail")
    rule.put(lost=False)
    message = queue.next()
    assert json.loads(message["Body"]) == {"lost": False}
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert (attributes["RULE_ARN"], attributes["TARGET_ARN"]) == (rule.arn, function.arn)
    assert "does not permit" in attributes["ERROR_MESSAGE"]
    assert function.log() == []


def test_a_closed_queue_is_not_sent_to(rule: Rule, queue: Queue, sandbox: Sandbox) -> None:
    closed = Queue(sandbox, open_to_events=False)
    rule.target(closed.arn, DeadLetterConfig={"Arn": queue.arn})
    rule.put(n=1)
    assert queue.next()["MessageAttributes"]["TARGET_ARN"]["StringValue"] == closed.arn
    assert closed.message() is None


def test_nothing_is_lost_while_a_function_is_throttled(rule: Rule, sandbox: Sandbox) -> None:
    function = Function(sandbox)
    function.client.add_permission(
        FunctionName=function.name, StatementId="e", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )
    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    rule.target(function.arn, InputPath="$.detail")
    rule.put(n=1)
    query = {"Namespace": "AWS/Lambda", "MetricName": "Throttles"}
    listed = {"Dimensions": [{"Name": "FunctionName", "Value": function.name}]}
    sandbox.eventually(lambda: sandbox.client("cloudwatch").list_metrics(**query, **listed)["Metrics"])
    assert function.log() == []
    function.client.delete_function_concurrency(FunctionName=function.name)
    sandbox.eventually(lambda: 'got {"n": 1}\n' in function.log())


def test_clients_cannot_pose_as_aws(sandbox: Sandbox) -> None:
    entries = [{"Source": source, "DetailType": "t", "Detail": "{}"} for source in ("aws.sagemaker", "mine")]
    answer = sandbox.client("events").put_events(Entries=entries)
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    assert "EventId" in answer["Entries"][1]
