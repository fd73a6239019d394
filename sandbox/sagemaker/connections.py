"""Requests to one container, over connections that are kept open between requests."""

import http.client
import queue
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

_NO_ANSWER = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Answer:
    """A container's answer. `status` 0 means none: it hung up, did not listen, or took too long."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the model answered with a 2xx."""
        return 200 <= self.status < 300


class Connections:
    """A pool for 127.0.0.1:`port`, safe for many threads; each answer may take `timeout` seconds."""

    def __init__(self, port: int, timeout: float) -> None:
        self._port = port
        self._timeout = timeout
        self._idle: queue.LifoQueue[http.client.HTTPConnection] = queue.LifoQueue()

    def ask(self, path: str, body: bytes, headers: Mapping[str, str], timeout: float | None = None) -> Answer:
        """POST `body`. A request is sent once: a model that hangs up on an input gets it only once.

        `timeout` (seconds) is this request's own, where it has one.
        """
        began = time.perf_counter()
        connection = self._connection()
        connection.timeout = timeout or self._timeout
        if connection.sock:
            connection.sock.settimeout(connection.timeout)
        try:
            connection.request("POST", path, body, dict(headers))
            response = connection.getresponse()
            content = response.read()
        except _NO_ANSWER as error:
            connection.close()
            return Answer(0, _explain(error).encode(), seconds=time.perf_counter() - began)
        self._idle.put(connection)
        shown = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, content, shown, time.perf_counter() - began)

    def ping(self) -> bool:
        """GET /ping; a healthy container answers 200 within two seconds."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == 200
        except _NO_ANSWER:
            return False
        finally:
            connection.close()

    def close(self) -> None:
        """Close what is idle."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    def _connection(self) -> http.client.HTTPConnection:
        while True:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                return http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
            if _usable(connection):
                return connection
            connection.close()


def _usable(connection: http.client.HTTPConnection) -> bool:
    """Tell a waiting connection from one that the container closed: the latter has an end to read."""
    if connection.sock is None:
        return True  # it reconnects by itself
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)


def _explain(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return (
            "Your invocation timed out while waiting for a response from container primary. Review the latency "
            "metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
        )
    return "Container primary closed the connection or does not answer."
