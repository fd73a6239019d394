"""A model server whose model takes its time: `model.json` says how much. It imports nothing of this project.

An answer takes a lognormal time about ``median_ms``, times ``slow_times`` for a part ``slow_part`` of the requests.
A row without income makes the model fail, as models do on what they never saw.
"""

import json
import os
import random
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CARD = json.loads((Path(os.environ.get("MODEL_DIR", "/opt/ml/model")) / "model.json").read_text())
DICE = random.Random(CARD["version"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(200 if self.path == "/ping" else 404, {})

    def do_POST(self) -> None:
        rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["instances"]
        slow = CARD["slow_times"] if DICE.random() < CARD["slow_part"] else 1.0
        time.sleep(CARD["median_ms"] / 1000 * slow * DICE.lognormvariate(0.0, 0.2))
        if any(row["income"] is None for row in rows):
            self._answer(500, {"model": CARD["version"], "error": "TypeError: no income"})
        else:
            self._answer(200, {"model": CARD["version"], "predictions": [0.5 for _ in rows]})

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Server(("", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
