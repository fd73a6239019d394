"""SageMaker Runtime on the wire: InvokeEndpoint's headers, bodies and errors."""

import json
from typing import Any
from urllib.parse import unquote

from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

from sandbox.place import ACCOUNT_ID, REGION
from sandbox.registry import method
from sandbox.sagemaker.connections import Answer
from sandbox.sagemaker.invoke import Invoker, Reply, Request
from sandbox.sagemaker.refusal import Refused, constraint

BODY_LIMIT = 6_291_456  # bytes
INFERENCE_ID_LIMIT = 64  # characters
_PASSED_ON = ("Content-Type", "Accept", "X-Amzn-SageMaker-Custom-Attributes", "X-Amzn-SageMaker-Inference-Id")

Wire = tuple[int, dict[str, Any], bytes]


def register(invoker: Invoker) -> None:
    """Put InvokeEndpoint on moto's response class; bodies stay bytes."""
    SageMakerRuntimeResponse.use_raw_body = True

    def invoke_endpoint(self: SageMakerRuntimeResponse) -> Wire:
        if len(self.raw_body) > BODY_LIMIT:
            return _error(413, "", {"message": f"HTTP content length exceeded {BODY_LIMIT} bytes."})
        try:
            request = _request(self)
            return _reply(request, invoker.invoke(request))
        except Refused as refused:
            status = 503 if refused.code == "ServiceUnavailable" else 400
            return _error(status, refused.code, {"Message": str(refused)})

    method(SageMakerRuntimeResponse)(invoke_endpoint)


def _request(response: SageMakerRuntimeResponse) -> Request:
    headers = response.headers
    inference_id = headers.get("X-Amzn-SageMaker-Inference-Id")
    if inference_id and len(inference_id) > INFERENCE_ID_LIMIT:
        rule = f"Member must have length less than or equal to {INFERENCE_ID_LIMIT}"
        raise constraint(inference_id, "inferenceId", rule)
    return Request(
        endpoint=unquote(response.path.split("/")[2]),
        body=response.raw_body,
        headers={name: headers[name] for name in _PASSED_ON if headers.get(name)},
        target=headers.get("X-Amzn-SageMaker-Target-Variant"),
        inference_id=inference_id,
    )


def _reply(request: Request, reply: Reply) -> Wire:
    answer = reply.answer
    if not answer.ok:
        return _model_error(request, reply)
    headers: dict[str, Any] = {
        "Content-Type": answer.headers.get("content-type", "application/octet-stream"),
        "x-Amzn-Invoked-Production-Variant": reply.variant,
    }
    attributes = answer.headers.get("x-amzn-sagemaker-custom-attributes")
    if attributes:
        headers["X-Amzn-SageMaker-Custom-Attributes"] = attributes
    return 200, headers, answer.body


def _model_error(request: Request, reply: Reply) -> Wire:
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


def _error(status: int, code: str, body: dict[str, Any]) -> Wire:
    headers: dict[str, Any] = {"status": status, "Content-Type": "application/json"}
    if code:
        headers["x-amzn-ErrorType"] = code
    return status, headers, json.dumps(body).encode()
