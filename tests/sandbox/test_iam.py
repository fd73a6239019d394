"""Roles may do what their policies say, whichever protocol they speak; everybody else is the administrator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.sandbox.appconfig.store import Store
from tests.sandbox.functions import LOGS, Function
from tests.sandbox.roles import Grant, role
from tests.sandbox.test_step_functions import Machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:eu-west-1:123456789012:{rest}"


def taking(sandbox: Sandbox, *grants: Grant) -> Callable[[Any], Any]:
    """Take a role with these grants; return what makes clients with its keys."""
    return as_role(sandbox, role(sandbox, "lambda", *grants))


def as_role(sandbox: Sandbox, arn: str) -> Callable[[Any], Any]:
    """Take a role as a person would, by STS."""
    taken = sandbox.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")
    keys = taken["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "eu-west-1")
    once = Config(retries={"total_max_attempts": 1})
    return lambda service: session.client(service, endpoint_url=sandbox.url, config=once)


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_role_does_what_it_may_and_nothing_else(sandbox: Sandbox) -> None:
    name = sandbox.name("table")
    schema = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    sandbox.client("dynamodb").create_table(TableName=name, AttributeDefinitions=attributes, **schema)
    table = taking(sandbox, (["dynamodb:GetItem"], [arn("dynamodb", f"table/{name}")]))("dynamodb")
    assert "Item" not in table.get_item(TableName=name, Key={"id": {"S": "a"}})
    code, words = refusal(lambda: table.get_item(TableName="another", Key={"id": {"S": "a"}}))
    assert code == "AccessDeniedException"
    assert "assumed-role/role-" in words
    assert words.endswith(
        f"/me is not authorized to perform: dynamodb:GetItem on resource: {arn('dynamodb', 'table/another')} "
        "because no identity-based policy allows the dynamodb:GetItem action"
    )
    items = [{"Put": {"TableName": name, "Item": {"id": {"S": "a"}}}}]
    code, words = refusal(lambda: table.transact_write_items(TransactItems=items))
    assert (code, "dynamodb:PutItem" in words) == ("AccessDeniedException", True)


CALLS: list[tuple[str, str, dict[str, Any], str]] = [
    ("sagemaker", "describe_endpoint", {"EndpointName": "e"}, "AccessDeniedException"),
    ("sagemaker-runtime", "invoke_endpoint", {"EndpointName": "e", "Body": b"{}"}, "AccessDeniedException"),
    ("cloudwatch", "describe_alarms", {}, "AccessDeniedException"),
    ("sns", "publish", {"TopicArn": arn("sns", "t"), "Message": "m"}, "AuthorizationError"),
    ("sqs", "send_message", {"QueueUrl": "http://host/1/q", "MessageBody": "m"}, "AccessDeniedException"),
    ("s3", "get_object", {"Bucket": "a-bucket", "Key": "k"}, "AccessDenied"),
    ("stepfunctions", "start_execution", {"stateMachineArn": arn("states", "x:m")}, "AccessDeniedException"),
    ("lambda", "invoke", {"FunctionName": "f"}, "AccessDeniedException"),
    ("appconfig", "list_applications", {}, "AccessDeniedException"),
    ("logs", "create_log_group", {"logGroupName": "g"}, "AccessDeniedException"),
    ("iam", "list_roles", {}, "AccessDenied"),
]


@pytest.mark.parametrize(("service", "operation", "given", "code"), CALLS, ids=lambda each: str(each)[:24])
def test_who_may_nothing_is_refused_by_every_service(
    service: str, operation: str, given: Any, code: str, sandbox: Sandbox
) -> None:
    client = taking(sandbox)(service)
    assert refusal(lambda: getattr(client, operation)(**given))[0] == code


def test_an_attached_policy_counts_by_its_default_version(sandbox: Sandbox) -> None:
    iam, name = sandbox.client("iam"), sandbox.name("policy")
    allow = {"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}
    nothing = {"Version": "2012-10-17", "Statement": [allow | {"Action": "sns:Publish"}]}
    policy = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(nothing))["Policy"]["Arn"]
    mine = role(sandbox, "lambda")
    iam.attach_role_policy(RoleName=mine.rpartition("/")[2], PolicyArn=policy)
    client = as_role(sandbox, mine)("cloudwatch")
    assert refusal(client.describe_alarms)[0] == "AccessDeniedException"
    something = json.dumps(nothing | {"Statement": [allow]})
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=something, SetAsDefault=True)
    assert client.describe_alarms()["MetricAlarms"] is not None


def test_who_one_is_can_always_be_asked(sandbox: Sandbox) -> None:
    assert taking(sandbox)("sts").get_caller_identity()["Arn"].endswith("/me")


def test_a_grant_may_ask_for_a_tag(sandbox: Sandbox, hosting: Hosting) -> None:
    tagged, other = (
        hosting.endpoint(hosting.config(), Tags=[{"Key": "team", "Value": value}]) for value in ("risk", "ads")
    )
    resource = arn("sagemaker", "endpoint/*")
    only = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "risk"}}}
    client = taking(sandbox, (["sagemaker:DescribeEndpoint"], [resource], only))("sagemaker")
    assert client.describe_endpoint(EndpointName=tagged)["EndpointName"] == tagged
    assert refusal(lambda: client.describe_endpoint(EndpointName=other))[0] == "AccessDeniedException"


def test_a_grant_may_ask_for_a_namespace(sandbox: Sandbox) -> None:
    only = {"Condition": {"StringEquals": {"cloudwatch:namespace": ["Serinus"]}}}
    client = taking(sandbox, (["cloudwatch:PutMetricData"], ["*"], only))("cloudwatch")
    data: Any = [{"MetricName": "Labelled", "Value": 1.0}]
    client.put_metric_data(Namespace="Serinus", MetricData=data)
    code, _ = refusal(lambda: client.put_metric_data(Namespace="Desk", MetricData=data))
    assert code.startswith("AccessDenied")


def test_configurations_are_read_by_id(sandbox: Sandbox) -> None:
    store = Store(sandbox)
    path = f"application/{store.app}/environment/{store.environment}/configuration/{store.profile}"
    actions = ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"]
    named = {"ApplicationIdentifier": store.name, "EnvironmentIdentifier": "live"}
    asked = named | {"ConfigurationProfileIdentifier": "flags"}
    token = taking(sandbox, (actions, [arn("appconfig", path)]))("appconfigdata").start_configuration_session(**asked)
    assert token["InitialConfigurationToken"]
    other = taking(sandbox, (actions, [arn("appconfig", path[:-1])]))("appconfigdata")
    assert refusal(lambda: other.start_configuration_session(**asked))[0] == "AccessDeniedException"


CALL = """
import boto3

def handler(event, context):
    boto3.client("sns").publish(TopicArn=event["topic"], Message="m")
"""


def test_a_function_acts_in_its_role(sandbox: Sandbox) -> None:
    topic = sandbox.client("sns").create_topic(Name=sandbox.name("topic"))["TopicArn"]
    denied = Function(sandbox, CALL).invoke({"topic": topic})
    assert denied.error
    assert "is not authorized to perform: sns:Publish" in denied.payload["errorMessage"]
    allowed = Function(sandbox, CALL, [LOGS, (["sns:Publish"], [topic])])
    assert allowed.invoke({"topic": topic}).error is None


def test_a_function_that_may_not_log_has_no_log(sandbox: Sandbox) -> None:
    function = Function(sandbox, "def handler(event, context):\n    print('seen')\n", grants=[])
    assert function.invoke().error is None
    assert function.log() == []


def test_what_fails_is_lost_where_the_function_may_not_send_it_on(sandbox: Sandbox) -> None:
    sqs = sandbox.client("sqs")
    urls = [sqs.create_queue(QueueName=sandbox.name("dead"))["QueueUrl"] for _ in range(2)]
    arns = [arn("sqs", url.rpartition("/")[2]) for url in urls]
    source = "def handler(event, context):\n    raise ValueError\n"
    grants: list[list[Grant]] = [[LOGS], [LOGS, (["sqs:SendMessage"], arns)]]
    for queue, own in zip(arns, grants, strict=True):
        function = Function(sandbox, source, own, DeadLetterConfig={"TargetArn": queue})
        function.client.put_function_event_invoke_config(FunctionName=function.name, MaximumRetryAttempts=0)
        function.invoke(InvocationType="Event")
    sandbox.eventually(lambda: sqs.receive_message(QueueUrl=urls[1]).get("Messages"))
    assert "Messages" not in sqs.receive_message(QueueUrl=urls[0])


def test_a_queue_is_polled_in_the_functions_name(sandbox: Sandbox) -> None:
    function, queue = Function(sandbox), sandbox.name("queue")
    sandbox.client("sqs").create_queue(QueueName=queue)
    mapping = {"FunctionName": function.name, "EventSourceArn": arn("sqs", queue)}
    code, words = refusal(lambda: function.client.create_event_source_mapping(**mapping))
    assert code == "InvalidParameterValueException"
    assert words == "The function execution role does not have permissions to call ReceiveMessage on SQS"


def test_an_execution_acts_in_its_role(sandbox: Sandbox) -> None:
    function = Function(sandbox, "def handler(event, context):\n    return 1\n")
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    states = {"Task": task | {"Parameters": {"FunctionName": function.arn}}}
    may = role(sandbox, "states", (["lambda:InvokeFunction"], [function.arn]))
    assert Machine(sandbox, states, roleArn=may).run()["status"] == "SUCCEEDED"
    ended = Machine(sandbox, states, roleArn=role(sandbox, "states")).run()
    assert ended["status"] == "FAILED"
    assert "is not authorized to perform: lambda:InvokeFunction" in ended["cause"]


def test_what_is_not_trusted_gets_no_role(sandbox: Sandbox, hosting: Hosting) -> None:
    wrong = role(sandbox, "ec2")
    code = {"ZipFile": b""}
    function = {"FunctionName": "f", "Runtime": "python3.11", "Handler": "a.b", "Code": code, "Role": wrong}
    words = "The role defined for the function cannot be assumed by Lambda."
    assert refusal(lambda: sandbox.client("lambda").create_function(**function))[1] == words
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    machine = {"name": sandbox.name("m"), "definition": definition, "roleArn": wrong}
    states = sandbox.client("stepfunctions")
    assert "states.amazonaws.com" in refusal(lambda: states.create_state_machine(**machine))[1]
    model = {"ModelName": sandbox.name("m"), "PrimaryContainer": {"Image": "i"}, "ExecutionRoleArn": wrong}
    assert "Could not assume role" in refusal(lambda: hosting.api.create_model(**model))[1]
