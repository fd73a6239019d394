"""An outage of single SageMaker calls: functions reach SageMaker through a proxy that refuses what it is told to."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import boto3
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DENIED = "You are not authorized to perform this action: an organization's policy denies it"


class Outage:
    """Refuses the calls in ``denied`` (their names); ``seen`` counts all by name."""

    def __init__(self, behind: str) -> None:
        self.denied: set[str] = set()
        self.seen: Counter[str] = Counter()
        outage = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                call = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
                outage.seen[call] += 1
                if call in outage.denied:
                    self._answer(400, json.dumps({"__type": "AccessDeniedException", "message": DENIED}).encode())
                    return
                answer = requests.post(behind + self.path, body, headers=dict(self.headers), timeout=30)
                self._answer(answer.status_code, answer.content)

            def log_message(self, *_: object) -> None:
                pass

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextlib.contextmanager
def outage(behind: str, functions: Sequence[str]) -> Iterator[Outage]:
    """Send the functions' calls on SageMaker through a proxy until the block ends."""
    made = Outage(behind)
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    api: Any = boto3.Session().client("lambda")
    before = {name: api.get_function_configuration(FunctionName=name)["Environment"] for name in functions}
    for name, known in before.items():
        through = {"Variables": known["Variables"] | {"AWS_ENDPOINT_URL_SAGEMAKER": made.url}}
        api.update_function_configuration(FunctionName=name, Environment=through)
    try:
        yield made
    finally:
        for name, known in before.items():
            api.update_function_configuration(FunctionName=name, Environment=known)
        made.server.shutdown()
        made.server.server_close()
