from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.functions import HANDLER, LOGS, Function, zipped

if TYPE_CHECKING:
    from tests.conftest import Sandbox


@pytest.fixture(scope="module")
def shared(sandbox: Sandbox) -> Function:
    return Function(sandbox, Timeout=3, MemorySize=256, Environment={"Variables": {"COLOUR": "green"}})


def test_a_process_stays_warm(shared: Function) -> None:
    assert shared.invoke().payload["pid"] == shared.invoke().payload["pid"]


def test_the_environment_is_the_deployed_one_and_what_aws_sets(
    shared: Function, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_PARENT", "1")
    payload = shared.invoke().payload
    environment = payload["environment"]
    assert environment["COLOUR"] == "green"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == shared.name
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"
    assert environment["_HANDLER"] == "app.main.handler"
    assert environment["AWS_ENDPOINT_URL"] == sandbox.url
    assert environment["AWS_REGION"] == "eu-west-1"
    assert payload["path"][0] in {environment["LAMBDA_TASK_ROOT"], ""}
    assert not {"OF_THE_PARENT", "AWS_PROFILE", "VIRTUAL_ENV", "USER"} & set(environment)
    assert f"assumed-role/{shared.name}" in payload["caller"]
    assert payload["arn"] == shared.arn
    assert 0 < payload["left"] <= 3000


def test_an_exception_is_told_with_its_type_message_and_trace(shared: Function) -> None:
    answer = shared.invoke({"fail": True})
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert (answer.payload["errorType"], answer.payload["errorMessage"]) == ("ValueError", "boom")
    assert "raise ValueError" in "".join(answer.payload["stackTrace"])


def test_calls_and_errors_are_counted_per_function(sandbox: Sandbox) -> None:
    function, now = Function(sandbox), datetime.now(UTC)
    for fail in (True, False, True):
        function.invoke({"fail": fail})

    def count(metric: str) -> float:
        points = sandbox.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": function.name}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    assert (count("Invocations"), count("Errors")) == (3, 2)


def test_a_timeout_kills_the_process(sandbox: Sandbox) -> None:
    function = Function(sandbox, Timeout=1)
    before = function.invoke().payload["pid"]
    answer = function.invoke({"sleep": 30})
    assert answer.error == "Unhandled"
    assert "Task timed out after 1.00 seconds" in answer.payload["errorMessage"]
    assert function.invoke().payload["pid"] != before
    assert any("Task timed out after 1.00 seconds" in line for line in function.log())


def test_a_process_that_exits_is_an_error_and_the_next_event_gets_a_new_one(shared: Function) -> None:
    answer = shared.invoke({"exit": True})
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert "exit status 3" in answer.payload["errorMessage"]
    assert shared.invoke().error is None


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import nothing_of_this_name", "Runtime.ImportModuleError"),
        ("x = (", "Runtime.UserCodeSyntaxError"),
        ("", "Runtime.HandlerNotFound"),
    ],
)
def test_a_module_that_does_not_load_is_an_error(sandbox: Sandbox, source: str, kind: str) -> None:
    answer = Function(sandbox, source).invoke()
    assert (answer.error, answer.payload["errorType"]) == ("Unhandled", kind)


def test_two_events_at_once_run_in_two_processes(shared: Function) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(shared.invoke, [{"sleep": 1}, {"sleep": 1}]))
    assert len({answer.payload["pid"] for answer in answers}) == 2


def test_new_code_and_new_configuration_run_in_a_new_process(sandbox: Sandbox) -> None:
    function = Function(sandbox)
    first = function.invoke().payload["pid"]
    function.client.update_function_configuration(FunctionName=function.name, Environment={"Variables": {"A": "2"}})
    second = function.invoke().payload
    assert (second["environment"]["A"], second["pid"] != first) == ("2", True)
    changed = HANDLER.replace('"event": event', '"event": "changed"')
    function.client.update_function_code(FunctionName=function.name, ZipFile=zipped(changed))
    assert function.invoke().payload["event"] == "changed"


def test_reserved_concurrency_throttles(sandbox: Sandbox) -> None:
    function = Function(sandbox)
    function.client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as refused:
        function.invoke()
    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"


def test_what_it_prints_is_logged_and_embedded_metrics_are_metrics(shared: Function, sandbox: Sandbox) -> None:
    namespace = sandbox.name("emf")
    shared.invoke({"metric": namespace})
    sandbox.eventually(lambda: any(line.startswith("got") and namespace in line for line in shared.log()))
    assert any(line.startswith("REPORT RequestId") for line in shared.log())
    query = {"Namespace": namespace, "MetricName": "n", "Dimensions": [{"Name": "who", "Value": "f"}]}

    def total() -> list[float]:
        points = sandbox.client("cloudwatch").get_metric_statistics(
            StartTime=time.time() - 120, EndTime=time.time() + 60, Period=60, Statistics=["Sum"], **query
        )["Datapoints"]
        return [point["Sum"] for point in points]

    assert sandbox.eventually(total) == [3.0]


def received(sandbox: Sandbox, url: str) -> dict[str, Any]:
    client = sandbox.client("sqs")

    def message() -> Any:
        return client.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")

    found: dict[str, Any] = sandbox.eventually(message)[0]
    return found


def queue(sandbox: Sandbox) -> tuple[str, str]:
    name = sandbox.name("queue")
    return sandbox.client("sqs").create_queue(QueueName=name)[
        "QueueUrl"
    ], f"arn:aws:sqs:eu-west-1:123456789012:{name}"


def test_an_event_invocation_is_retried_twice_and_then_dead(sandbox: Sandbox) -> None:
    url, arn = queue(sandbox)
    function = Function(sandbox, grants=[LOGS, (["sqs:SendMessage"], [arn])], DeadLetterConfig={"TargetArn": arn})
    answer = function.invoke({"fail": True, "n": 7}, InvocationType="Event")
    assert (answer.status, answer.error) == (202, None)
    message = received(sandbox, url)
    assert json.loads(message["Body"]) == {"fail": True, "n": 7}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "boom"
    assert sum(line.startswith("got") for line in function.log()) == 3


def test_a_failure_goes_to_its_destination_after_the_retries_that_are_asked_for(sandbox: Sandbox) -> None:
    url, arn = queue(sandbox)
    function = Function(sandbox, grants=[LOGS, (["sqs:SendMessage"], [arn])])
    destination = {"OnFailure": {"Destination": arn}}
    function.client.put_function_event_invoke_config(
        FunctionName=function.name, MaximumRetryAttempts=0, DestinationConfig=destination
    )
    function.invoke({"fail": True}, InvocationType="Event")
    record = json.loads(received(sandbox, url)["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["responsePayload"]["errorMessage"] == "boom"


def test_configuration_is_kept(sandbox: Sandbox) -> None:
    _, arn = queue(sandbox)
    layer = "arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python311-x86_64:7"
    logging = {"LogFormat": "JSON", "LogGroup": "/elsewhere"}
    function = Function(sandbox, DeadLetterConfig={"TargetArn": arn}, Layers=[layer], LoggingConfig=logging)
    function.client.update_function_configuration(FunctionName=function.name, TracingConfig={"Mode": "Active"})
    found = function.client.get_function_configuration(FunctionName=function.name)
    assert found["DeadLetterConfig"] == {"TargetArn": arn}
    assert found["Layers"][0]["Arn"] == layer
    assert found["LoggingConfig"] == logging
    assert found["TracingConfig"] == {"Mode": "Active"}
    for attempts in (1, 2):
        function.client.put_function_event_invoke_config(FunctionName=function.name, MaximumRetryAttempts=attempts)
    configuration = function.client.get_function_event_invoke_config(FunctionName=function.name)
    assert configuration["MaximumRetryAttempts"] == 2


def test_a_logging_configuration_is_obeyed(sandbox: Sandbox) -> None:
    group = "/elsewhere/" + sandbox.name("group")
    function = Function(sandbox, LoggingConfig={"LogFormat": "JSON", "LogGroup": group})
    function.group = group
    environment = function.invoke().payload["environment"]
    assert environment["AWS_LAMBDA_LOG_FORMAT"] == "JSON"
    sandbox.eventually(lambda: any(line.startswith("got") for line in function.log()))
