"""Step Functions, as much as the workflow needs (JSONPath, Task, Choice, Wait, Pass, Succeed, Fail)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.load.account import Account, Answer, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

State = dict[str, Any]
Invoke = "Callable[[str, dict[str, Any]], Any]"


class TaskError(Exception):
    """A task failed: the error's name, as States Language sees it."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(cause)
        self.name = name


@dataclass
class Execution:
    """One execution: where it is, and how often each retrier of that state was used."""

    name: str
    started: float
    data: Any
    status: str = "RUNNING"
    ended: float = 0.0
    retries: Counter[int] = field(default_factory=Counter)


class Machine:
    """A state machine on the clock; ``invoke`` calls a function by its name and returns (answer, seconds)."""

    def __init__(
        self, account: Account, definition: Mapping[str, Any], invoke: Callable[[str, Any], tuple[Any, float]]
    ) -> None:
        self._account, self._clock, self._definition, self._invoke = account, account.clock, definition, invoke
        self._random = Random(5)  # noqa: S311 - jitter
        self.executions: dict[str, Execution] = {}
        self.transitions: Counter[str] = Counter()
        account.operations["StartExecution"] = self._start

    def _start(self, asked: dict[str, Any]) -> Answer:
        name = asked["name"]
        if name in self.executions:
            raise RefusedError("ExecutionAlreadyExists", f"Execution Already Exists: '{name}'")
        self._begin(name, json.loads(asked["input"]))
        return {"executionArn": f"arn:{name}", "startDate": self._clock.now}

    def _begin(self, name: str, data: Any) -> None:
        execution = self.executions[name] = Execution(name, self._clock.now, data)
        self._go(execution, self._definition["StartAt"], self._clock.now)

    def _go(self, execution: Execution, state: str, at: float) -> None:
        execution.retries.clear()
        self._clock.at(at, lambda: self._enter(execution, state))

    def _enter(self, execution: Execution, name: str) -> None:
        state = self._definition["States"][name]
        self.transitions[name] += 1
        match state["Type"]:
            case "Task":
                self._task(execution, name, state)
            case "Choice":
                chosen = (c for c in state["Choices"] if _at(execution.data, c["Variable"]) == c["StringEquals"])
                self._go(execution, next(chosen, {"Next": state["Default"]})["Next"], self._clock.now)
            case "Wait":
                self._go(execution, state["Next"], self._clock.now + _at(execution.data, state["SecondsPath"]))
            case "Pass":
                execution.data = _with(execution.data, state["ResultPath"], state["Result"])
                self._go(execution, state["Next"], self._clock.now)
            case "Succeed":
                execution.status, execution.ended = "SUCCEEDED", self._clock.now
            case "Fail":
                execution.status, execution.ended = "FAILED", self._clock.now
            case other:
                raise NotImplementedError(other)

    def _task(self, execution: Execution, name: str, state: State) -> None:
        context = {"Execution": {"StartTime": _iso(execution.started)}, "StateMachine": {"Id": "machine"}}
        given = _filled(state["Parameters"], execution.data, context)
        began = self._clock.now
        try:
            result, seconds = self._made(execution, state, given)
        except TaskError as error:
            self._failed(execution, name, state, error)
            return
        if "ResultSelector" in state:
            result = _filled(state["ResultSelector"], result, {})
        execution.data = _with(execution.data, state.get("ResultPath", "$"), result)
        self._go(execution, state["Next"], began + seconds)

    def _made(self, execution: Execution, state: State, given: Any) -> tuple[Any, float]:
        if state["Resource"].endswith("states:startExecution"):
            self._begin(f"{execution.name}+", given["Input"])
            return {"ExecutionArn": execution.name}, 0.0
        answer, seconds = self._invoke(given["FunctionName"], given["Payload"])
        return {"Payload": answer}, seconds

    def _failed(self, execution: Execution, name: str, state: State, error: TaskError) -> None:
        now = self._clock.now
        for index, retrier in enumerate(state["Retry"]):
            if not _matches(retrier, error):
                continue
            used = execution.retries[index]
            if used >= retrier["MaxAttempts"]:
                break
            execution.retries[index] += 1
            delay = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** used
            delay = min(delay, retrier.get("MaxDelaySeconds", delay))
            if retrier.get("JitterStrategy") == "FULL":
                delay = self._random.uniform(0, delay)
            self._clock.at(now + delay, lambda: self._enter(execution, name))
            return
        caught = next((each for each in state["Catch"] if _matches(each, error)), None)
        if caught is None:
            execution.status, execution.ended = "FAILED", now
            return
        execution.data = _with(execution.data, caught["ResultPath"], {"Error": error.name, "Cause": str(error)})
        self._go(execution, caught["Next"], now)


def _matches(rule: State, error: TaskError) -> bool:
    return bool({"States.ALL", error.name} & set(rule["ErrorEquals"]))


def _at(data: Any, path: str) -> Any:
    for part in path.removeprefix("$").split("."):
        data = data[part] if part else data
    return data


def _with(data: Any, path: str | None, result: Any) -> Any:
    if path is None:
        return data
    return result if path == "$" else {**data, path.removeprefix("$."): result}


def _filled(template: Any, data: Any, context: Any) -> Any:
    if not isinstance(template, dict):
        return template
    found = {}
    for key, value in template.items():
        if key.endswith(".$"):
            found[key[:-2]] = _at(context, value[1:]) if value.startswith("$$") else _at(data, value)
        else:
            found[key] = _filled(value, data, context)
    return found


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")
