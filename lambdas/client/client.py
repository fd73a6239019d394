"""The client: who gets which variant, and the call."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.client import flags
from lambdas.client.polled import Place, Polled, Times
from lambdas.client.report import Report, Routed, Silent, is_models_fault
from lambdas.rollout.assignment import UNROUTED, Assignment, assign, parse
from lambdas.rollout.exposure import LONGEST_VARIANT, mint
from lambdas.rollout.names import FLAGS, application

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.client.request import Request

_QUICK = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
"""AppConfig is asked in between requests: a user waits two seconds for it at most, once per interval."""
_PATIENT = Config(connect_timeout=2, read_timeout=65, retries={"total_max_attempts": 2, "mode": "standard"})
"""A model has 60 seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A prediction, the variant that made it, and the id that joins it to its captures and rewards."""

    body: bytes
    content_type: str
    variant: str
    inference_id: str


@dataclass(frozen=True, slots=True)
class _Way:
    """The variant to ask for (`UNROUTED`: SageMaker's weights decide), if the user takes part, and when."""

    variant: str
    takes_part: bool
    at: float


class Client:
    """Routes requests to an environment's endpoints; safe to use from several threads.

    ``runtime`` and ``data`` are boto3's clients of SageMaker Runtime and AppConfig Data.
    """

    def __init__(
        self,
        environment: str,
        runtime: Any,
        data: Any,
        *,
        times: Times | None = None,
        report: Report | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._application, self._runtime, self._data = application(environment), runtime, data
        self._times, self._report, self._now = times or Times(), report or Silent(), now
        self._documents: dict[str, Polled[Assignment]] = {}
        self._flag_document = self._polled(FLAGS, flags.read)
        self._flags = flags.Flags(self._flag_document)

    def invoke(self, request: Request) -> Answer:
        """Ask the user's variant; raises what boto3's ``invoke_endpoint`` does.

        A variant that is not there (any more) is no error: the request goes where SageMaker's weights send it.
        """
        way, began = self._way(request), time.perf_counter()
        try:
            answer = self._ask(request, way)
        except (ClientError, BotoCoreError) as error:
            self._tell(request, way, way.variant, began, error=is_models_fault(error))
            raise
        self._tell(request, way, answer.variant, began, error=False)
        return answer

    def _way(self, request: Request) -> _Way:
        document = self._document(request.endpoint)
        if document is None:
            return _Way(UNROUTED, takes_part=False, at=self._now())
        on = not document.flag or self._is_on(request, document.flag)
        takes_part = not document.stable_only and (not document.routed or (on and bool(request.key)))
        return _Way(assign(document, request.key, on=on), takes_part, self._now())

    def _document(self, endpoint: str) -> Assignment | None:
        if endpoint not in self._documents:
            self._documents[endpoint] = self._polled(endpoint, lambda content: _of(endpoint, content))
        polled = self._documents[endpoint]
        document = polled.get()
        self._mention(endpoint, polled)
        return document

    def _is_on(self, request: Request, flag: str) -> bool:
        on = self._flags.on(request.endpoint, flag, {"key": request.key, **request.attributes})
        self._mention(request.endpoint, self._flag_document)
        return on

    def _polled(self, name: str, read: Callable[[bytes], Any]) -> Polled[Any]:
        return Polled(self._data, Place(self._application, name, name), read, self._times, self._now)

    def _mention(self, endpoint: str, polled: Polled[Any]) -> None:
        if reason := polled.trouble():
            self._report.trouble(endpoint, reason)

    def _ask(self, request: Request, way: _Way) -> Answer:
        try:
            return self._call(request, way.variant, self._identity(request, way))
        except ClientError as error:
            refused = error.response["Error"]["Code"] in ("ValidationError", "ValidationException")
            if not (way.variant and refused):
                raise
        return self._call(request, UNROUTED, self._identity(request, replace(way, variant=UNROUTED)))

    def _identity(self, request: Request, way: _Way) -> str:
        """Take the caller's id or make one, which tells the variant of an exposure that is counted as one."""
        if request.inference_id:
            return request.inference_id
        unique = uuid.uuid4().hex
        known = way.takes_part and 0 < len(way.variant) <= LONGEST_VARIANT
        return mint(way.variant, way.at, unique) if known else unique

    def _call(self, request: Request, variant: str, inference_id: str) -> Answer:
        given = self._runtime.invoke_endpoint(
            EndpointName=request.endpoint,
            Body=request.body,
            ContentType=request.content_type,
            InferenceId=inference_id,
            **({"Accept": request.accept} if request.accept else {}),
            **({"TargetVariant": variant} if variant else {}),
        )
        return Answer(
            body=given["Body"].read(),
            content_type=given.get("ContentType", ""),
            variant=given.get("InvokedProductionVariant", ""),
            inference_id=inference_id,
        )

    def _tell(self, request: Request, way: _Way, variant: str, began: float, *, error: bool) -> None:
        if way.takes_part and variant:
            latency = (time.perf_counter() - began) * 1e6
            self._report.routed(Routed(request.endpoint, variant, way.at, error, latency))


def _of(endpoint: str, content: bytes) -> Assignment:
    """Read an endpoint's document; ValueError for another's."""
    document = parse(content.decode())
    if document.endpoint != endpoint:
        raise ValueError(f"the document is {document.endpoint}'s, not {endpoint}'s")
    return document


def connect(environment: str, *, times: Times | None = None, report: Report | None = None) -> Client:
    """Make a client with boto3's own configuration (region, credentials)."""
    runtime, data = boto3.client("sagemaker-runtime", config=_PATIENT), boto3.client("appconfigdata", config=_QUICK)
    return Client(environment, runtime, data, times=times, report=report)
