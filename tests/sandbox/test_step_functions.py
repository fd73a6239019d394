from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.functions import Function
from tests.sandbox.roles import EVERYTHING, role

if TYPE_CHECKING:
    from tests.conftest import Sandbox


class Machine:
    """A state machine that starts at its first state."""

    def __init__(self, sandbox: Sandbox, states: dict[str, Any], **settings: Any) -> None:
        self.sandbox = sandbox
        self.client = sandbox.client("stepfunctions")
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        name = sandbox.name("machine")
        taken = settings.pop("roleArn", "") or role(sandbox, "states", EVERYTHING)
        made = self.client.create_state_machine(name=name, roleArn=taken, definition=definition, **settings)
        self.arn = made["stateMachineArn"]

    def run(self, **event: Any) -> dict[str, Any]:
        started = self.client.start_execution(stateMachineArn=self.arn, input=json.dumps(event))

        def ended() -> Any:
            found = self.client.describe_execution(executionArn=started["executionArn"])
            return found if found["status"] != "RUNNING" else None

        found: dict[str, Any] = self.sandbox.eventually(ended)
        return found


def test_a_loop_with_a_function_a_choice_and_a_wait(sandbox: Sandbox) -> None:
    source = "def handler(event, context):\n    return {'n': event['n'] + 1}\n"
    function = Function(sandbox, source)
    machine = Machine(
        sandbox,
        {
            "Advance": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": function.arn, "Payload.$": "$"},
                "OutputPath": "$.Payload",
                "Next": "Enough",
            },
            "Enough": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "Pause"}],
                "Default": "Done",
            },
            "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Advance"},
            "Done": {"Type": "Succeed"},
        },
    )
    ended = machine.run(n=1)
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", {"n": 3})


def test_an_execution_of_a_machine_that_is_deleted_goes_no_further(sandbox: Sandbox) -> None:
    function = Function(sandbox)

    def machine(seconds: int, name: str) -> Machine:
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": function.arn, "Payload": {"of": name}},
            "End": True,
        }
        return Machine(sandbox, {"Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Task"}, "Task": task})

    deleted, kept = machine(1, "deleted"), machine(3, "kept")
    deleted.client.start_execution(stateMachineArn=deleted.arn)
    deleted.client.delete_state_machine(stateMachineArn=deleted.arn)
    assert kept.run()["status"] == "SUCCEEDED"
    said = "".join(function.log())
    assert "kept" in said
    assert "deleted" not in said


def test_an_error_of_a_function_is_retried_and_then_caught(sandbox: Sandbox) -> None:
    function = Function(sandbox)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function.arn, "Payload.$": "$"},
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Rollback"}],
        "End": True,
    }
    machine = Machine(sandbox, {"Task": task, "Rollback": {"Type": "Pass", "End": True}})
    output = json.loads(machine.run(fail=True)["output"])
    assert output["error"]["Error"] == "ValueError"
    assert json.loads(output["error"]["Cause"])["errorMessage"] == "boom"
    assert sum(line.startswith("got") for line in function.log()) == 2


def test_a_name_starts_one_execution(sandbox: Sandbox) -> None:
    machine = Machine(sandbox, {"Wait": {"Type": "Wait", "Seconds": 2, "End": True}})
    start = {"stateMachineArn": machine.arn, "name": "rollout-17", "input": '{"n": 1}'}
    first = machine.client.start_execution(**start)
    assert machine.client.start_execution(**start)["executionArn"] == first["executionArn"]
    with pytest.raises(machine.client.exceptions.ExecutionAlreadyExists):
        machine.client.start_execution(**start | {"input": '{"n": 2}'})
    sandbox.eventually(
        lambda: machine.client.describe_execution(executionArn=first["executionArn"])["status"] != "RUNNING"
    )
    with pytest.raises(machine.client.exceptions.ExecutionAlreadyExists):
        machine.client.start_execution(**start)
    assert len(machine.client.list_executions(stateMachineArn=machine.arn)["executions"]) == 1


def test_executions_without_a_name_are_many_and_know_their_names(sandbox: Sandbox) -> None:
    state = {"Type": "Pass", "Parameters": {"name.$": "$$.Execution.Name"}, "End": True}
    machine = Machine(sandbox, {"Name": state})
    names = [json.loads(machine.run()["output"])["name"] for _ in range(2)]
    assert len(set(names)) == 2


def test_definitions_are_validated(sandbox: Sandbox) -> None:
    client = sandbox.client("stepfunctions")
    good = client.validate_state_machine_definition(
        definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    )
    assert (good["result"], good["diagnostics"]) == ("OK", [])
    bad = client.validate_state_machine_definition(definition=json.dumps({"StartAt": "A"}))
    assert (bad["result"], bad["diagnostics"][0]["severity"]) == ("FAIL", "ERROR")
    with pytest.raises(ClientError):
        Machine(sandbox, {"A": {"Type": "Nonsense"}})


def test_logging_and_tracing_are_kept_and_versions_listed(sandbox: Sandbox) -> None:
    logging = {
        "level": "ERROR",
        "includeExecutionData": True,
        "destinations": [
            {"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:eu-west-1:123456789012:log-group:/x:*"}}
        ],
    }
    machine = Machine(
        sandbox,
        {"A": {"Type": "Succeed"}},
        loggingConfiguration=logging,
        tracingConfiguration={"enabled": True},
        publish=True,
    )
    found = machine.client.describe_state_machine(stateMachineArn=machine.arn)
    assert found["loggingConfiguration"] == logging
    assert found["tracingConfiguration"] == {"enabled": True}
    (version,) = machine.client.list_state_machine_versions(stateMachineArn=machine.arn)["stateMachineVersions"]
    assert version["stateMachineVersionArn"] == f"{machine.arn}:1"
