"""What comes out of an invocation, in Lambda's own words."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """The payload, and the value of the FunctionError header if the function failed."""

    payload: bytes
    error: str = ""


def succeeded(payload: bytes) -> Outcome:
    """Return what the handler returned."""
    return Outcome(payload)


def failed(payload: bytes) -> Outcome:
    """Return a handler's exception: errorType, errorMessage, stackTrace."""
    return Outcome(payload, "Unhandled")


def timed_out(request_id: str, seconds: float) -> Outcome:
    """Return what a function gets that did not answer within its timeout."""
    message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return failed(json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": message}).encode())


def exited(request_id: str, code: int) -> Outcome:
    """Return what a function gets whose process ended; a negative code is a signal's number."""
    how = f"exit status {code}" if code >= 0 else f"signal: {-code}"
    message = f"RequestId: {request_id} Error: Runtime exited with error: {how}"
    return failed(json.dumps({"errorType": "Runtime.ExitError", "errorMessage": message}).encode())
