"""InvokeEndpoint: route, ask the model server, publish metrics, capture, copy to shadows."""

import random
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sandbox.clock import now
from sandbox.place import ACCOUNT_ID
from sandbox.sagemaker import capture, metrics, routing
from sandbox.sagemaker.capture import Recorder
from sandbox.sagemaker.connections import Answer
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.fleet import State
from sandbox.sagemaker.metrics import Invocation
from sandbox.sagemaker.record import Exchange
from sandbox.sagemaker.refusal import Refused
from sandbox.sagemaker.routing import Route
from sandbox.sagemaker.serverless import Gate

_ATTEMPTS = 20  # a fleet that is replaced between two looks is looked up again
_SHADOW_THREADS = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent; `headers` are those that the container gets."""

    endpoint: str
    body: bytes
    headers: Mapping[str, str]
    target: str | None = None
    inference_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A container's answer and the variant that gave it."""

    variant: str
    answer: Answer


class Invoker:
    """Answers requests from many threads at once."""

    def __init__(self, endpoints: Endpoints, recorder: Recorder) -> None:
        self._endpoints = endpoints
        self._recorder = recorder
        self._gate = Gate()
        self._shadows = ThreadPoolExecutor(_SHADOW_THREADS, thread_name_prefix="shadow")

    def invoke(self, request: Request) -> Reply:
        """Serve one request; Refused when nothing can serve it."""
        began = time.perf_counter()
        endpoint = self._find(request.endpoint)
        event_id = str(uuid.uuid4())
        for _ in range(_ATTEMPTS):
            route = _route(endpoint.state, request)
            with self._gate.through(route.fleet, route.variant):
                answer = self._ask(endpoint, route, request, event_id, began)
            if answer is not None:
                self._copy(endpoint, route, request)
                return Reply(route.variant.name, answer)
            time.sleep(0.01)
        raise Refused(f"Endpoint {request.endpoint} of account {ACCOUNT_ID} is not available.", "ServiceUnavailable")

    def stop(self) -> None:
        """Give up the copies that wait."""
        self._shadows.shutdown(wait=False, cancel_futures=True)

    def _find(self, name: str) -> Endpoint:
        missing = Refused(f"Endpoint {name} of account {ACCOUNT_ID} not found.", "ValidationError")
        try:
            endpoint = self._endpoints.get(name)
        except Refused:
            raise missing from None
        if endpoint.state.blue is None:
            raise missing
        if endpoint.state.blue.queue:
            problem = f"Endpoint {name} of account {ACCOUNT_ID} supports asynchronous invocations only."
            raise Refused(problem, "ValidationError")
        return endpoint

    def _ask(self, endpoint: Endpoint, route: Route, request: Request, event_id: str, began: float) -> Answer | None:
        """Ask a variant's server, and account for it while that is held: who deletes it waits for the captures."""
        server = endpoint.server(route.fleet, route.variant.name)
        if server is None:
            return None
        with server.lease() as granted:
            if not granted:
                return None
            answer = server.connections.ask("/invocations", request.body, request.headers)
            self._account(request, route, answer, event_id, began)
            return answer

    def _account(self, request: Request, route: Route, answer: Answer, event_id: str, began: float) -> None:
        overhead = max(0.0, time.perf_counter() - began - answer.seconds)
        metrics.publish(Invocation(request.endpoint, route, answer, overhead))
        if answer.ok and capture.wanted(route.fleet.capture):
            self._recorder.add(
                route.fleet.capture,
                Exchange(
                    endpoint=request.endpoint,
                    variant=route.variant.name,
                    event_id=event_id,
                    inference_id=request.inference_id,
                    request=request.body,
                    request_type=request.headers.get("Content-Type", ""),
                    response=answer.body,
                    response_type=answer.headers.get("content-type", ""),
                    at=now(),
                ),
                route.variant.role,
            )

    def _copy(self, endpoint: Endpoint, route: Route, request: Request) -> None:
        for shadow in routing.shadows(route.fleet, route.variant, random.random()):
            self._shadows.submit(self._shadow, endpoint, Route(route.fleet, shadow), request)

    def _shadow(self, endpoint: Endpoint, route: Route, request: Request) -> None:
        """Answer a copy for nobody, as an event of its own: only the inference id tells whose copy it is."""
        self._ask(endpoint, route, request, str(uuid.uuid4()), time.perf_counter())


def _route(state: State, request: Request) -> Route:
    fleet = routing.answering(state, random.random())
    assert fleet
    if request.target:
        variant = fleet.variant(request.target)
        if variant is None:
            raise Refused(f"Variant {request.target} not found for Request", "ValidationError")
    else:
        variant = routing.by_weight(fleet, random.random())
        if variant is None:
            raise Refused(f"No variant of endpoint {request.endpoint} has a weight above 0.", "ValidationError")
    return Route(fleet, variant)
