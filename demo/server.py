"""The model server that stands for the image `serinus/hmda:1`; it imports nothing of the demo, as in a container.

SageMaker's container contract: GET /ping and POST /invocations on SAGEMAKER_BIND_TO_PORT, the model's files in
MODEL_DIR (a container on AWS has them in /opt/ml/model and listens on 8080). A request is
``{"instances": [{column: value, …}, …]}``, an answer ``{"model": version, "predictions": [chance of denial, …]}``;
what the model raises is answered with status 500, ``{"model": version, "error": sentence}``.
"""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import joblib
import numpy as np


class Model:
    """A pipeline with its version and the columns that it takes."""

    def __init__(self, directory: Path) -> None:
        description = json.loads((directory / "model.json").read_text())
        self.version: str = description["version"]
        self._columns: list[str] = description["columns"]
        self._pipeline = joblib.load(directory / "model.joblib")

    def predict(self, instances: list[dict[str, Any]]) -> list[float]:
        """Return each instance's probability of denial; raises whatever the pipeline raises."""
        table = np.array([[row[column] for column in self._columns] for row in instances], dtype=object)
        return [float(probability) for probability in self._pipeline.predict_proba(table)[:, 1]]


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
            predictions = self.model.predict(json.loads(body)["instances"])
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


def main() -> None:
    """Load the model, then serve until SIGTERM."""
    Handler.model = Model(Path(os.environ.get("MODEL_DIR", "/opt/ml/model")))
    port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = ThreadingHTTPServer(("", port), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
