"""InvokeEndpointAsync: a request is taken on, or refused, at once."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.clock import now
from sandbox.place import ACCOUNT_ID
from sandbox.sagemaker.asynchronous.drain import Drainer
from sandbox.sagemaker.asynchronous.queue import Waiting
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.fleet import Json
from sandbox.sagemaker.refusal import Refused, constraint

_BODY_LIMIT = 128_000  # bytes that may come with the call instead of in S3
_INFERENCE_ID_LIMIT = 64
_LOCATION = re.compile(r"(https|s3)://([^/]+)/?(.*)")
_FILENAME = re.compile(r"(?!.*\..*\.)[a-zA-Z0-9][a-zA-Z0-9-_.]{0,31}")
_EXTENSION = re.compile(r"(?!s3:|https:)[a-zA-Z0-9!_.*'()/-]{1,512}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client sent; empty where it said nothing."""

    endpoint: str
    body: bytes
    headers: Mapping[str, str]
    location: str = ""
    inference_id: str = ""
    filename: str = ""
    extension: str = ""
    life: float = 21_600.0  # RequestTTLSeconds
    timeout: float = 900.0  # InvocationTimeoutSeconds


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes requests on for the endpoints' queues."""

    endpoints: Endpoints
    drainer: Drainer

    def accept(self, asked: Asked) -> Waiting:
        """Let a request wait; Refused where it is none, or its endpoint has no queue."""
        _check(asked)
        endpoint, queue = self._find(asked.endpoint)
        output, name = queue["OutputConfig"], str(uuid.uuid4())
        request = Waiting(
            inference_id=asked.inference_id or str(uuid.uuid4()),
            headers=asked.headers,
            input=asked.location,
            body=None if asked.location else asked.body,
            output=_place(output["S3OutputPath"], asked.extension, asked.filename or f"{name}.out"),
            failure=_place(output["S3FailurePath"], f"{name}-error.out") if output.get("S3FailurePath") else "",
            received=now(),
            life=asked.life,
            timeout=asked.timeout,
        )
        endpoint.queue.add(request)
        self.drainer.pump(endpoint)
        return request

    def _find(self, name: str) -> tuple[Endpoint, Json]:
        missing = Refused(f"Endpoint {name} of account {ACCOUNT_ID} not found.", "ValidationError")
        try:
            endpoint = self.endpoints.get(name)
        except Refused:
            raise missing from None
        if endpoint.state.blue is None:
            raise missing
        if not endpoint.state.blue.queue:
            problem = f"Endpoint {name} of account {ACCOUNT_ID} does not support asynchronous invocations."
            raise Refused(problem, "ValidationError")
        return endpoint, endpoint.state.blue.queue


def _check(asked: Asked) -> None:
    if bool(asked.body) == bool(asked.location):
        raise Refused("Exactly one of Body and InputLocation must be provided.", "ValidationError")
    if len(asked.body) > _BODY_LIMIT:
        raise Refused(f"Body must not be larger than {_BODY_LIMIT} bytes.", "ValidationError")
    for value, member, pattern in (
        (asked.location, "inputLocation", _LOCATION),
        (asked.filename, "filename", _FILENAME),
        (asked.extension, "s3OutputPathExtension", _EXTENSION),
    ):
        if value and not pattern.fullmatch(value):
            raise constraint(value, member, f"Member must satisfy regular expression pattern: ^{pattern.pattern}$")
    if len(asked.inference_id) > _INFERENCE_ID_LIMIT:
        rule = f"Member must have length less than or equal to {_INFERENCE_ID_LIMIT}"
        raise constraint(asked.inference_id, "inferenceId", rule)
    for number, member, low, high in (
        (asked.life, "requestTTLSeconds", 60, 21_600),
        (asked.timeout, "invocationTimeoutSeconds", 1, 3_600),
    ):
        if not low <= number <= high:
            raise constraint(number, member, f"Member must have value between {low} and {high}")


def _place(*parts: str) -> str:
    return "/".join(part.strip("/") for part in parts if part)
