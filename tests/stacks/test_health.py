"""When the control plane itself fails, people are told: by real Terraform, in this order, on one sandbox."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra.providers import variables
from infra.spec import Native, Strategy
from sandbox.server import Running, start
from tests.stacks.specs import ENDPOINT, V2, environment
from tests.stacks.terraform import Terraform
from tests.stacks.test_deploy import client, eventually
from tests.stacks.test_flags_taken_back import mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.terraform

CONTROL = "test-control"
LETTERS, WORKFLOW = "serinus-test-dead-letters", "serinus-test-workflow"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with start() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def terraform(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    folder = tmp_path_factory.mktemp("health")
    return Terraform(folder, running.environ() | variables(folder))


@pytest.fixture(scope="module")
def letters(terraform: Terraform, running: Running) -> Callable[[], list[Any]]:
    """Deploy the control plane, and read what its alarms tell people."""
    native = replace(ENDPOINT, name="credit", rollout=Native("native", Strategy.ALL_AT_ONCE))
    terraform.synth(environment(replace(ENDPOINT, canary=V2), native))
    terraform.init(CONTROL)
    terraform.applied(CONTROL)
    read, heard = mailbox(running), list[Any]()

    def told() -> list[Any]:
        heard.extend(json.loads(json.loads(message["Body"])["Message"]) for message in read() or [])
        return heard

    return told


def _firing(letters: Callable[[], list[Any]], alarm: str) -> Any:
    found = [each for each in letters() if (each["AlarmName"], each["NewStateValue"]) == (alarm, "ALARM")]
    return found[0] if found else None


def test_a_control_plane_that_is_well_says_nothing(letters: Callable[[], list[Any]], terraform: Terraform) -> None:
    assert terraform.plan(CONTROL).code == 0
    assert letters() == []


def test_an_event_that_no_function_can_handle_is_kept_and_told(
    letters: Callable[[], list[Any]], running: Running
) -> None:
    nonsense = {"detail-type": "CloudWatch Alarm State Change", "detail": {"alarmName": 7}}
    functions = {"serinus-test-begin", "serinus-test-rollback", "serinus-test-witness"}
    for function in functions:
        payload = json.dumps(nonsense | {"id": function}).encode()
        client(running, "lambda").invoke(FunctionName=function, InvocationType="Event", Payload=payload)
    message = eventually(lambda: _firing(letters, LETTERS), timeout=300)
    assert "that no function could handle" in message["AlarmDescription"]
    queue = client(running, "sqs").get_queue_url(QueueName="serinus-test-dead-letters")["QueueUrl"]
    kept: set[str] = set()

    def all_kept() -> bool:
        found = client(running, "sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        kept.update(json.loads(message["Body"])["requestPayload"]["id"] for message in found)
        return kept == functions

    eventually(all_kept, timeout=60)


def test_a_workflow_that_fails_is_told(letters: Callable[[], list[Any]], running: Running) -> None:
    machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:serinus-test-rollout"
    # No endpoint has an empty name: the ledger refuses the key, to `advance` and to `rollback` alike.
    workflows = client(running, "stepfunctions")
    run = workflows.start_execution(stateMachineArn=machine, input=json.dumps({"endpoint": ""}))["executionArn"]
    eventually(lambda: workflows.describe_execution(executionArn=run)["status"] == "FAILED", timeout=120)
    message = eventually(lambda: _firing(letters, WORKFLOW), timeout=120)
    assert "nothing looks after that rollout any more" in message["AlarmDescription"]
