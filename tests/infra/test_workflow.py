"""The state machine as a graph: where it can go, and that it cannot go on for ever on errors."""

from typing import Any

from infra.workflow import definition

STATES: dict[str, Any] = definition("arn:advance", "arn:rollback", 60)["States"]


def successors(name: str) -> set[str]:
    state = STATES[name]
    choices = [choice["Next"] for choice in state.get("Choices", [])]
    return {
        *choices,
        *([state["Next"]] if "Next" in state else []),
        *([state["Default"]] if "Default" in state else []),
    }


def on_error(name: str) -> set[str]:
    return {catch["Next"] for catch in STATES[name].get("Catch", [])}


def reachable(start: str) -> set[str]:
    found, todo = set[str](), {start}
    while todo:
        found |= todo
        todo = {after for name in todo for after in successors(name) | on_error(name)} - found
    return found


def test_every_state_is_reached_and_named() -> None:
    assert reachable("Advance") == set(STATES)


def test_any_error_of_advance_rolls_back() -> None:
    (catch,) = STATES["Advance"]["Catch"]
    assert catch == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Rollback"}
    assert STATES["Rollback"]["Parameters"]["Payload"] == {
        "endpoint.$": "$.endpoint",
        "cause": "workflow",
        "error.$": "$.error",
    }


def test_an_answer_that_is_not_understood_rolls_back_with_an_error_to_tell() -> None:
    passed = STATES[STATES["Next"]["Default"]]
    assert passed["ResultPath"] == "$.error"
    assert passed["Next"] == "Rollback"


def test_a_second_error_ends_it() -> None:
    assert "Advance" not in reachable("Rollback")
    assert on_error("Settle") == on_error("Rollback") == {"Unsettled"}
    assert STATES["Unsettled"]["Type"] == "Fail"


def test_every_task_is_retried_and_outlives_its_function() -> None:
    tasks = [state for state in STATES.values() if state.get("Resource") == "arn:aws:states:::lambda:invoke"]
    assert len(tasks) == 3
    for task in tasks:
        assert task["TimeoutSeconds"] > 60
        assert task["Retry"][-1]["ErrorEquals"] == ["States.ALL"]
        assert all(retry["MaxAttempts"] > 0 for retry in task["Retry"])


def test_a_long_rollout_goes_on_in_a_new_execution_from_either_loop() -> None:
    for choice in ("Next", "Settled"):
        assert {"Variable": "$.next", "StringEquals": "renew", "Next": "Renew"} in STATES[choice]["Choices"]
    renew = STATES["Renew"]
    assert renew["Parameters"]["StateMachineArn.$"] == "$$.StateMachine.Id"
    assert renew["Parameters"]["Input"] == {"endpoint.$": "$.endpoint"}
    assert renew["Next"] == "Done"


def test_advance_is_told_since_when_the_execution_runs() -> None:
    for state in ("Advance", "Settle"):
        assert STATES[state]["Parameters"]["Payload"]["since.$"] == "$$.Execution.StartTime"
