"""Switch moto's interpreter on, and add the calls and the metrics that it lacks."""

import json
import uuid
from typing import Any

from moto.core.config import default_user_config
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends
from moto.stepfunctions.responses import StepFunctionResponse

from sandbox.clock import now
from sandbox.cloudwatch.publish import put
from sandbox.place import ACCOUNT_ID, REGION
from sandbox.registry import method, original

_ENDINGS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}
"""How an execution ends, and the metric that counts it (developer guide, "Execution metrics")."""


def install() -> None:
    """Extend moto."""
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    method(StepFunctionResponse)(validate_state_machine_definition)
    method(StepFunctionResponse)(list_state_machine_versions)
    _name_executions()
    _count_executions()
    _end_with_their_machine()


def start() -> None:
    """Executions bring their own threads."""


def resume() -> None:
    """Begin executions anew that were under way when the sandbox was killed: where they were is not known."""
    machines: list[Any] = stepfunctions_parser_backends[ACCOUNT_ID][REGION].state_machines
    for machine in machines:
        for execution in machine.executions:
            if execution.exec_status == "RUNNING":
                execution.exec_worker = None
                execution.start()


def stop() -> None:
    """Executions' threads are daemons."""


def validate_state_machine_definition(self: StepFunctionResponse) -> ActionResult:
    """Tell whether a definition parses: the provider asks before it creates or updates."""
    definition = self._get_param("definition")
    diagnostics: list[dict[str, str]] = []
    try:
        json.loads(definition)
        StepFunctionsParserBackend._validate_definition(definition)  # noqa: SLF001 - moto's own check, made public
    except Exception as error:  # noqa: BLE001 - whatever moto's parser raises is the diagnosis
        diagnostics.append({"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": str(error)})
    return ActionResult({"result": "FAIL" if diagnostics else "OK", "diagnostics": diagnostics, "truncated": False})


def list_state_machine_versions(self: StepFunctionResponse) -> ActionResult:
    """List the published versions of a state machine."""
    machine = self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
    listed = [
        {"stateMachineVersionArn": version.arn, "creationDate": version.creation_date}
        for version in reversed(machine.versions.values())
    ]
    return ActionResult({"stateMachineVersions": listed})


def _name_executions() -> None:
    begin = original(StepFunctionsParserBackend, "start_execution")

    def start_execution(self: Any, state_machine_arn: str, name: str | None = None, *rest: Any, **named: Any) -> Any:
        return begin(self, state_machine_arn, name or str(uuid.uuid4()), *rest, **named)

    method(StepFunctionsParserBackend)(start_execution)


def _end_with_their_machine() -> None:
    """Terminate a deleted machine's executions at their next transition (API reference, DeleteStateMachine)."""
    delete = original(StepFunctionsParserBackend, "delete_state_machine")

    def delete_state_machine(self: Any, arn: str) -> None:
        executions = [each for machine in self.state_machines if machine.arn == arn for each in machine.executions]
        delete(self, arn)
        for execution in executions:
            if execution.exec_status == "RUNNING":
                execution.stop(stop_date=utcnow(), error=None, cause=None)

    method(StepFunctionsParserBackend)(delete_state_machine)


def _count_executions() -> None:
    end = original(BaseExecutionWorkerCommunication, "terminated")

    def terminated(self: Any) -> None:
        end(self)
        of_machine = {"StateMachineArn": self.execution.state_machine.arn}
        put("AWS/States", _ENDINGS[self.execution.exec_status], of_machine, 1.0, "Count", now())

    method(BaseExecutionWorkerCommunication)(terminated)
