"""The workflow that drives a rollout, in the Amazon States Language (JSONPath).

Advance → wait → Advance …; an error that outlasts its retries goes to Rollback (fail safe), after which Advance
settles the rollback. Nothing may loop on errors: a second failure ends in FAILED, with the ledger saying
ROLLING_BACK. Deciding is the functions' business; the workflow knows "wait", "renew" and "done" only.

Throttled calls are nobody's fault: they are retried for a quarter of an hour at the most, half of that on average,
before a rollout that nobody can see is rolled back; a rollback is retried at shorter intervals, and as often.

An execution holds at most 25,000 events (Step Functions developer guide, "Quotas"), some 2,700 looks: Advance is
told since when the execution runs, and asks for a new one ("renew") long before.
"""

from typing import Any

State = dict[str, Any]

_TRANSIENT = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
]
_ANY = ["States.ALL"]
_SPREAD = {"BackoffRate": 2, "JitterStrategy": "FULL"}
"""Retries of many rollouts part (developer guide, "Retrying after an error")."""
_THROTTLED = ["ThrottledError"]
"""What a function raises where AWS refuses its calls for their number (`lambdas.adapters.throttling`)."""
_SHORT = 8
"""Seconds between two retries of a rollback at the most."""
_UNSETTLED = (
    "The rollback is in the ledger and not settled: run `serinus abort` again and look at the function's log."
)


def definition(advance: str, rollback: str, timeout: int) -> dict[str, Any]:
    """Write the state machine for the functions' ARNs; ``timeout`` is the functions' own, in seconds."""
    return {
        "Comment": "One rollout on one endpoint",
        "StartAt": "Advance",
        "States": {
            "Advance": _advance(advance, timeout, then="Next", otherwise="Rollback"),
            "Next": _next(wait="Wait", otherwise="NotUnderstood"),
            "Wait": _wait("Advance"),
            "Renew": _renew("Rollback"),
            "NotUnderstood": _not_understood("Rollback"),
            "Rollback": _roll_back(rollback, timeout),
            "Settle": _advance(advance, timeout, then="Settled", otherwise="Unsettled", longest=_SHORT),
            "Settled": _next(wait="WaitToSettle", otherwise="Unsettled"),
            "WaitToSettle": _wait("Settle"),
            "Unsettled": {"Type": "Fail", "Error": "Serinus.Unsettled", "Cause": _UNSETTLED},
            "Done": {"Type": "Succeed"},
        },
    }


def _task(function: str, payload: dict[str, Any], timeout: int, *, longest: int) -> State:
    """Call a function; ``longest`` bounds the seconds between two retries of what is throttled."""
    patient = {"IntervalSeconds": 4, "MaxAttempts": 900 // longest + 4, "MaxDelaySeconds": longest}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": payload},
        "TimeoutSeconds": timeout + 10,
        "Retry": [
            {"ErrorEquals": _THROTTLED, **patient, **_SPREAD},
            {"ErrorEquals": _TRANSIENT, "IntervalSeconds": 2, "MaxAttempts": 8, "MaxDelaySeconds": 60, **_SPREAD},
            {"ErrorEquals": _ANY, "IntervalSeconds": 1, "MaxAttempts": 2, **_SPREAD},
        ],
    }


def _advance(function: str, timeout: int, *, then: str, otherwise: str, longest: int = 60) -> State:
    payload = {"endpoint.$": "$.endpoint", "since.$": "$$.Execution.StartTime"}
    return _task(function, payload, timeout, longest=longest) | {
        "ResultSelector": {f"{key}.$": f"$.Payload.{key}" for key in ("endpoint", "next", "seconds")},
        "Catch": [{"ErrorEquals": _ANY, "ResultPath": "$.error", "Next": otherwise}],
        "Next": then,
    }


def _roll_back(function: str, timeout: int) -> State:
    payload = {"endpoint.$": "$.endpoint", "cause": "workflow", "error.$": "$.error"}
    return _task(function, payload, timeout, longest=_SHORT) | {
        "ResultPath": None,
        "Catch": [{"ErrorEquals": _ANY, "ResultPath": "$.error", "Next": "Unsettled"}],
        "Next": "Settle",
    }


def _next(*, wait: str, otherwise: str) -> State:
    choices = [
        {"Variable": "$.next", "StringEquals": "wait", "Next": wait},
        {"Variable": "$.next", "StringEquals": "renew", "Next": "Renew"},
        {"Variable": "$.next", "StringEquals": "done", "Next": "Done"},
    ]
    return {"Type": "Choice", "Choices": choices, "Default": otherwise}


def _wait(then: str) -> State:
    return {"Type": "Wait", "SecondsPath": "$.seconds", "Next": then}


def _renew(otherwise: str) -> State:
    """Go on in a new execution; two of them, should a retry start a second one, do no harm to each other."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn.$": "$$.StateMachine.Id", "Input": {"endpoint.$": "$.endpoint"}},
        "ResultSelector": {"execution.$": "$.ExecutionArn"},
        "ResultPath": "$.renewed",
        "Retry": [{"ErrorEquals": _ANY, "IntervalSeconds": 1, "MaxAttempts": 6, **_SPREAD}],
        "Catch": [{"ErrorEquals": _ANY, "ResultPath": "$.error", "Next": otherwise}],
        "Next": "Done",
    }


def _not_understood(then: str) -> State:
    error = {"Error": "Serinus.NotUnderstood", "Cause": "Advance answered neither wait, renew nor done."}
    return {"Type": "Pass", "Result": error, "ResultPath": "$.error", "Next": then}
