"""A tiny model server: the container contract on the standard library, for tests.

Its environment says who it is (SAYS), whether /ping answers (PING=never) and with which STATUS it answers requests.
A request may ask it to behave badly, and so may HABIT in its environment: the same, as JSON, at every request.
"""

import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(503 if os.environ.get("PING") == "never" else 200, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Type"] == "application/octet-stream":
            self._answer(200, body[::-1], "application/octet-stream")
            return
        asked = json.loads(body) | json.loads(os.environ.get("HABIT", "{}"))
        time.sleep(asked.get("seconds", 0))
        if asked.get("do") == "die":
            os._exit(1)
        status = asked.get("status", int(os.environ.get("STATUS", "200")))
        answer = {"says": os.environ.get("SAYS"), "pid": os.getpid(), "model": model_data()}
        broke = str(asked.get("words", "it broke")).encode()
        self._answer(status, broke if status >= 400 else json.dumps(answer).encode())

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        attributes = self.headers.get("X-Amzn-SageMaker-Custom-Attributes")
        if attributes:
            self.send_header("X-Amzn-SageMaker-Custom-Attributes", attributes.upper())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Stay quiet."""


def model_data() -> str | None:
    directory = os.environ.get("MODEL_DIR")
    return (Path(directory) / "model.txt").read_text() if directory else None


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
