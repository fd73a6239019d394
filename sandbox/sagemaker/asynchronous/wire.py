"""InvokeEndpointAsync on the wire: almost everything is a header."""

import json

from werkzeug.wrappers import Request as Received
from werkzeug.wrappers import Response

from sandbox.sagemaker.asynchronous.intake import Asked, Intake
from sandbox.sagemaker.refusal import Refused

_PREFIX = "X-Amzn-SageMaker-"
_PASSED_ON = {"Content-Type": "Content-Type", "Accept": "Accept"}


def answer(intake: Intake, endpoint: str, received: Received) -> Response:
    """Answer 202 with the places of the answer and of a failure, or refuse."""
    try:
        request = intake.accept(_asked(endpoint, received))
    except Refused as refused:
        headers = {"x-amzn-ErrorType": refused.code}
        return Response(json.dumps({"Message": str(refused)}), 400, headers, content_type="application/json")
    places = {f"{_PREFIX}OutputLocation": request.output}
    if request.failure:
        places[f"{_PREFIX}FailureLocation"] = request.failure
    told = json.dumps({"InferenceId": request.inference_id})
    return Response(told, 202, places, content_type="application/json")


def _asked(endpoint: str, received: Received) -> Asked:
    def said(name: str, default: str = "") -> str:
        return received.headers.get(f"{_PREFIX}{name}", default)

    headers = {name: said(f"{given}") for name, given in _PASSED_ON.items() if said(given)}
    if attributes := said("Custom-Attributes"):
        headers[f"{_PREFIX}Custom-Attributes"] = attributes
    return Asked(
        endpoint=endpoint,
        body=received.get_data(),
        headers=headers,
        location=said("InputLocation"),
        inference_id=said("Inference-Id"),
        filename=said("Filename"),
        extension=said("S3OutputPathExtension"),
        life=float(said("RequestTTLSeconds", "21600")),
        timeout=float(said("InvocationTimeoutSeconds", "900")),
    )
