"""SageMaker Runtime on the wire: InvokeEndpoint's headers, bodies and errors.

It answers in front of moto's dispatcher, which costs several times as much as routing and the model together.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from werkzeug.wrappers import Request as Received
from werkzeug.wrappers import Response

from sandbox.iam.asked import on_resources
from sandbox.iam.guard import DeniedError, ask
from sandbox.iam.requests import signed_by
from sandbox.place import ACCOUNT_ID, REGION
from sandbox.registry import method, original
from sandbox.sagemaker.asynchronous import wire
from sandbox.sagemaker.asynchronous.intake import Intake
from sandbox.sagemaker.connections import Answer
from sandbox.sagemaker.invoke import Invoker, Reply, Request
from sandbox.sagemaker.refusal import Refused, constraint

BODY_LIMIT = 6_291_456  # bytes
INFERENCE_ID_LIMIT = 64  # characters
_PATH = re.compile(r"/endpoints/([^/]+)/(async-)?invocations")
_PASSED_ON = ("Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes", "X-Amzn-SageMaker-Inference-Id")

Environ = dict[str, Any]
Start = Callable[..., Any]


def register(invoker: Invoker, intake: Intake) -> None:
    """Answer InvokeEndpoint and InvokeEndpointAsync; everything else goes on to moto."""
    dispatch = original(DomainDispatcherApplication, "__call__")

    def call(self: DomainDispatcherApplication, environ: Environ, start: Start) -> Iterable[bytes]:
        found = _PATH.fullmatch(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        if not found:
            onward: Iterable[bytes] = dispatch(self, environ, start)
            return onward
        endpoint, received = unquote(found[1]), Received(environ)
        if denied := _denied(endpoint, received, "InvokeEndpointAsync" if found[2] else "InvokeEndpoint"):
            return _error(403, "AccessDeniedException", {"Message": denied})(environ, start)
        answer = wire.answer(intake, endpoint, received) if found[2] else _answer(invoker, endpoint, received)
        return answer(environ, start)

    method(DomainDispatcherApplication, "__call__")(call)


def _denied(endpoint: str, received: Received, action: str) -> str:
    """Say why a role may not call an endpoint; nothing where it may."""
    caller = signed_by(received.headers.get("Authorization", ""))
    if caller:
        try:
            ask(caller, on_resources("sagemaker", action, {"EndpointName": endpoint}))
        except DeniedError as denied:
            return str(denied)
    return ""


def _answer(invoker: Invoker, endpoint: str, received: Received) -> Response:
    body = received.get_data()
    if len(body) > BODY_LIMIT:
        return _error(413, "", {"message": f"HTTP content length exceeded {BODY_LIMIT} bytes."})
    try:
        request = _request(endpoint, body, received)
        return _reply(request, invoker.invoke(request))
    except Refused as refused:
        status = 503 if refused.code == "ServiceUnavailable" else 400
        return _error(status, refused.code, {"Message": str(refused)})


def _request(endpoint: str, body: bytes, received: Received) -> Request:
    headers = received.headers
    inference_id = headers.get("X-Amzn-SageMaker-Inference-Id")
    if inference_id and len(inference_id) > INFERENCE_ID_LIMIT:
        rule = f"Member must have length less than or equal to {INFERENCE_ID_LIMIT}"
        raise constraint(inference_id, "inferenceId", rule)
    return Request(
        endpoint=endpoint,
        body=body,
        headers={name: headers[name] for name in _PASSED_ON if headers.get(name)},
        target=headers.get("X-Amzn-SageMaker-Target-Variant"),
        inference_id=inference_id,
    )


def _reply(request: Request, reply: Reply) -> Response:
    answer = reply.answer
    if not answer.ok:
        return _model_error(request, reply)
    headers = {
        "Content-Type": answer.headers.get("content-type", "application/octet-stream"),
        "x-Amzn-Invoked-Production-Variant": reply.variant,
    }
    attributes = answer.headers.get("x-amzn-sagemaker-custom-attributes")
    if attributes:
        headers["X-Amzn-SageMaker-Custom-Attributes"] = attributes
    return Response(answer.body, 200, headers)


def _model_error(request: Request, reply: Reply) -> Response:
    text = reply.answer.body.decode(errors="replace")
    group = f"/aws/sagemaker/Endpoints/{request.endpoint}"
    console = f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#logEventViewer:group={group}"
    return _error(
        424,
        "ModelError",
        {
            "Message": f"Received {_side(reply.answer)} error ({reply.answer.status}) from primary "
            f'with message "{text}". See {console} in account {ACCOUNT_ID} for more information.',
            "OriginalStatusCode": reply.answer.status,
            "OriginalMessage": text,
            "LogStreamArn": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{group}",
        },
    )


def _side(answer: Answer) -> str:
    return "client" if 400 <= answer.status < 500 else "server"


def _error(status: int, code: str, body: dict[str, Any]) -> Response:
    headers = {"x-amzn-ErrorType": code} if code else {}
    return Response(json.dumps(body), status, headers, content_type="application/json")
