"""Between functions and AWS: a proxy that sees each call that a function makes, and may answer it itself."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import boto3
import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SAGEMAKER = ("SAGEMAKER",)
CONTROL = ("SAGEMAKER", "DYNAMODB", "CLOUDWATCH", "SFN", "SNS")
"""The services of the control functions, as the SDK reference names them in AWS_ENDPOINT_URL_<SERVICE>."""


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes


@dataclass(frozen=True)
class Call:
    """A function's call by its name in the API; its process calls from `port`, and `to` another, of 127.0.0.1."""

    function: str
    name: str
    body: bytes
    port: int
    to: int


if TYPE_CHECKING:
    Onward = Callable[[], Answer]
    Watch = Callable[[Call, Onward], Answer | None]


def _server(behind: str, function: str, watch: Watch) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            name = target or parse_qs(body.decode()).get("Action", [""])[0]
            kind = ""

            def onward() -> Answer:
                nonlocal kind
                answer = requests.post(behind + self.path, body, headers=dict(self.headers), timeout=30)
                kind = answer.headers.get("Content-Type", "")
                return Answer(answer.status_code, answer.content)

            answer = watch(Call(function, name, body, self.client_address[1], server.server_port), onward)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", kind or self.headers["Content-Type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@contextlib.contextmanager
def between(behind: str, functions: Sequence[str], services: Sequence[str], watch: Watch) -> Iterator[None]:
    """Show `watch` every call of the functions on the services until the block ends; None for an answer hangs up."""
    api: Any = boto3.Session().client("lambda")
    servers = {name: _server(behind, name, watch) for name in functions}
    before = {
        name: api.get_function_configuration(FunctionName=name)["Environment"]["Variables"] for name in functions
    }

    def give(name: str, variables: Mapping[str, str]) -> None:
        api.update_function_configuration(FunctionName=name, Environment={"Variables": variables})

    for name, server in servers.items():
        through = {f"AWS_ENDPOINT_URL_{service}": f"http://127.0.0.1:{server.server_port}" for service in services}
        give(name, before[name] | through)
    try:
        yield
    finally:
        for name, server in servers.items():
            give(name, before[name])
            server.shutdown()
            server.server_close()
