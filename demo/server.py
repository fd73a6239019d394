"""The model server that stands for the image `serinus/hmda:1`; it imports nothing of the demo, as in a container.

SageMaker's container contract: GET /ping and POST /invocations on SAGEMAKER_BIND_TO_PORT, the model's files in
MODEL_DIR (a container on AWS has them in /opt/ml/model and listens on 8080). A request is
``{"instances": [{column: value, …}, …]}``, an answer ``{"model": version, "predictions": [chance of denial, …]}``;
what the model raises is answered with status 500, ``{"model": version, "error": sentence}``.
"""

import json
import math
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Model:
    """A scorecard (`demo/scorecard.py` writes it): a logistic regression on numbers and categories."""

    def __init__(self, directory: Path) -> None:
        card = json.loads((directory / "model.json").read_text())
        self.version: str = card["version"]
        self._intercept: float = card["intercept"]
        self._numbers: dict[str, dict[str, float]] = card["numbers"]
        self._words: dict[str, dict[str, float]] = card["words"]

    def predict(self, row: dict[str, Any]) -> float:
        """Return an applicant's chance of denial; KeyError or ValueError where the row is none it learned from."""
        score = self._intercept
        for name, number in self._numbers.items():
            score += number["weight"] * (row[name] - number["mean"]) / number["scale"]
        for name, weights in self._words.items():
            if row[name] not in weights:
                raise ValueError(f"Found unknown category {row[name]!r} in column {name!r} during transform")
            score += weights[row[name]]
        return 1 / (1 + math.exp(-score))


class Handler(BaseHTTPRequestHandler):
    """One connection; `model` is set before the server starts."""

    model: Model
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # header and body in one packet: two would wait 40 ms for the client's delayed ACK
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer /ping: the model is loaded before the server listens, so it is always well."""
        self._answer(200 if self.path == "/ping" else 404, {})

    def do_POST(self) -> None:
        """Answer /invocations."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/invocations":
            self._answer(404, {})
            return
        try:
            predictions = [self.model.predict(row) for row in json.loads(body)["instances"]]
        except Exception as error:  # noqa: BLE001 - whatever the model raises is the model's answer
            sentence = f"{type(error).__name__}: {error}"
            print(sentence, file=sys.stderr, flush=True)
            self._answer(500, {"model": self.model.version, "error": sentence})
        else:
            self._answer(200, {"model": self.model.version, "predictions": predictions})

    def log_message(self, *_: object) -> None:
        """Log nothing per request."""

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """A thread per connection, and room for all that come at once when traffic is switched over to it."""

    request_queue_size = 256
    daemon_threads = True


def main() -> None:
    """Load the model, then serve until SIGTERM."""
    Handler.model = Model(Path(os.environ.get("MODEL_DIR", "/opt/ml/model")))
    port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Server(("", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
