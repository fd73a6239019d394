"""How moto's Lambda invokes: in a process of the sandbox instead of a container."""

import json
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction

from sandbox.lambda_runtime import asynchronous, service
from sandbox.lambda_runtime.pool import ThrottledError
from sandbox.registry import method, original


def install() -> None:
    """Put invocation on moto."""
    method(LambdaFunction, "invoke")(invoke)
    method(LambdaBackend)(send_sns_message)
    _forget_deleted()


def invoke(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> bytes:
    """Run an event and wait (RequestResponse), take it (Event), or only check (DryRun)."""
    payload = _checked(body)
    kind = request_headers.get("x-amz-invocation-type") or "RequestResponse"
    if kind == "DryRun":
        return b""
    if kind == "Event":
        asynchronous.accept(self, payload)
        return b""
    try:
        outcome = service.invoke(self, payload)
    except ThrottledError as error:
        raise _refusal("TooManyRequestsException", "Rate Exceeded.", 429) from error
    if outcome.error:
        response_headers["x-amz-function-error"] = outcome.error
    response_headers["x-amz-executed-version"] = "$LATEST"
    return outcome.payload


def _checked(body: Any) -> bytes:
    payload: bytes = (body.encode() if isinstance(body, str) else body) or b"{}"
    try:
        json.loads(payload)
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise _refusal("InvalidRequestContentException", message, 400) from error
    return payload


def _refusal(kind: str, message: str, status: int) -> LambdaClientError:
    error = LambdaClientError(kind, message)
    error.code = status
    return error


def send_sns_message(
    self: LambdaBackend, function_name: str, message: str, subject: str | None = None, qualifier: str | None = None
) -> None:
    """Deliver a topic's message, asynchronously as AWS does."""
    function = self.get_function(function_name, qualifier)
    told: dict[str, Any] = {"Type": "Notification", "Message": message, "Subject": subject, "MessageAttributes": {}}
    record = {"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": told}
    asynchronous.accept(function, json.dumps({"Records": [record]}).encode())


def _forget_deleted() -> None:
    delete = original(LambdaBackend, "delete_function")

    def delete_function(self: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
        arns = [function.function_arn for function in self.list_functions()]
        delete(self, function_name, qualifier)
        left = {function.function_arn for function in self.list_functions()}
        for arn in arns:
            if arn not in left:
                service.forget(arn)

    method(LambdaBackend)(delete_function)
