"""Works the queues off: each fleet takes as many requests at a time as its instances may have."""

import logging
import random
from concurrent.futures import ThreadPoolExecutor

from sandbox.clock import Ticker, now
from sandbox.sagemaker import routing
from sandbox.sagemaker.asynchronous import figures
from sandbox.sagemaker.asynchronous.queue import Waiting
from sandbox.sagemaker.asynchronous.settle import EXPIRED, Settlement
from sandbox.sagemaker.endpoint import Endpoint
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.fleet import State
from sandbox.sagemaker.routing import Route
from sandbox.sagemaker.settings import Settings

_log = logging.getLogger(__name__)
_WORKERS = 64
_CHOSEN = 1
"""Requests at a time where the configuration leaves it to SageMaker, which does not tell its choice."""


class Drainer:
    """Looks after the queues of all endpoints until it is stopped; what waits then is gone."""

    def __init__(self, endpoints: Endpoints, settings: Settings) -> None:
        self._endpoints = endpoints
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="asynchronous")
        self._tickers = (
            Ticker("queues", settings.queue_poll, self._look),
            Ticker("queue-metrics", settings.queue_metrics, self._measure),
        )
        for ticker in self._tickers:
            ticker.start()

    def stop(self) -> None:
        """End; requests under way are not waited for."""
        for ticker in self._tickers:
            ticker.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def pump(self, endpoint: Endpoint) -> None:
        """Hand out what waits, as far as there is room."""
        while (route := _route(endpoint.state)) is not None:
            request = endpoint.queue.take(route.fleet.serial, _slots(route))
            if request is None:
                return
            self._pool.submit(self._work, endpoint, route, request)

    def _work(self, endpoint: Endpoint, route: Route, request: Waiting) -> None:
        """Process a request; one whose fleet is just being ended waits for the other fleet."""
        server = endpoint.server(route.fleet, route.variant.name)
        if server is None:
            endpoint.queue.put_back(route.fleet.serial, request)
            return
        with server.lease() as granted:
            if not granted:
                endpoint.queue.put_back(route.fleet.serial, request)
                return
            try:
                Settlement(endpoint.identity.name, route, request).process(server)
            except Exception:  # noqa: BLE001 - whatever one request raises, the others go on
                _log.exception("A request of %s was lost", endpoint.identity.name)
            finally:
                endpoint.queue.done(route.fleet.serial, request)
        self.pump(endpoint)

    def _look(self) -> None:
        for endpoint in self._asynchronous():
            route = _route(endpoint.state)
            for request in endpoint.queue.expired(now()) if route else ():
                assert route
                Settlement(endpoint.identity.name, route, request).fail(EXPIRED, b"", "ExpiredRequests")
            self.pump(endpoint)

    def _measure(self) -> None:
        for endpoint in self._asynchronous():
            figures.gauge(endpoint.identity.name, endpoint.queue, endpoint.state)

    def _asynchronous(self) -> list[Endpoint]:
        every = self._endpoints.all()
        return [endpoint for endpoint in every if endpoint.state.blue and endpoint.state.blue.queue]


def _route(state: State) -> Route | None:
    """Draw who takes the next request, as for requests that do not wait."""
    fleet = routing.answering(state, random.random())
    variant = routing.by_weight(fleet, random.random()) if fleet else None
    return Route(fleet, variant) if fleet and variant else None


def _slots(route: Route) -> int:
    client = route.fleet.queue.get("ClientConfig") or {}
    return int(client.get("MaxConcurrentInvocationsPerInstance") or _CHOSEN) * route.variant.current_count
