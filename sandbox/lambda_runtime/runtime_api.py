"""Lambda's Runtime API for one process: it asks for the next event, and posts the response or the error.

Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes".
"""

import queue
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_ROOT = "/2018-06-01/runtime/"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One event for the runtime; `deadline` is in seconds since the epoch."""

    request_id: str
    payload: bytes
    function_arn: str
    deadline: float


@dataclass(frozen=True, slots=True)
class Posted:
    """What the runtime posted: a response, a handler's error, or an error of its start (`kind` init)."""

    kind: str
    body: bytes


class RuntimeApi:
    """Serves one runtime process on a port of its own."""

    def __init__(self) -> None:
        self.posted: queue.Queue[Posted] = queue.Queue()
        self.asked = threading.Event()  # the runtime has started and wants an event
        self._events: queue.Queue[Invocation | None] = queue.Queue()
        api = self

        class Handler(_Handler):
            runtime = api

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Return host:port, the runtime's AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def send(self, invocation: Invocation) -> None:
        """Give the runtime its next event."""
        self._events.put(invocation)

    def next(self) -> Invocation | None:
        """Wait for the next event; None when the API closes."""
        self.asked.set()
        return self._events.get()

    def close(self) -> None:
        """Stop serving."""
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one packet: without it each answer waits 40 ms for an ACK
    disable_nagle_algorithm = True
    runtime: RuntimeApi

    def do_GET(self) -> None:
        invocation = self.runtime.next() if self.path == f"{_ROOT}invocation/next" else None
        if invocation is None:
            self._answer(404, b"{}")
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": trace_id(invocation.request_id),
            "Content-Type": "application/json",
        }
        self._answer(200, invocation.payload, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = "init" if self.path == f"{_ROOT}init/error" else self.path.rpartition("/")[2]
        if kind in {"init", "response", "error"}:
            self.runtime.posted.put(Posted(kind, body))
        self._answer(202, b'{"status":"OK"}')

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: one line per request helps nobody."""


def trace_id(request_id: str) -> str:
    """Return an X-Ray trace header for a request; nothing is traced."""
    hexadecimal = request_id.replace("-", "")
    return f"Root=1-{hexadecimal[:8]}-{hexadecimal[8:32]};Parent={hexadecimal[:16]};Sampled=0"
