"""The sandbox inside its own process: moto's server with every extension, started and stopped in order."""

import importlib
import logging
import os
import socket
from pathlib import Path
from typing import Any

from sandbox.environment import write_profile
from sandbox.place import Place, settle

# Each has install() and stop(). The order is the order of start; the stop is the other way round.
EXTENSIONS = (
    "sandbox.cloudwatch.install",
    "sandbox.events.install",
    "sandbox.lambda_runtime.install",
    "sandbox.stepfunctions.install",
    "sandbox.appconfig.install",
    "sandbox.athena.install",
    "sandbox.gaps.install",
    "sandbox.iam.install",
)

# moto reads these when it is imported.
_MOTO = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_ACCOUNT_ID": "123456789012",
    "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS": "true",
}


class Host:
    """AWS on `127.0.0.1`; `port` 0 takes a free one. `directory` holds code, model data and images.json.

    With `keep` it holds the state, too, and what is there is brought back.
    """

    def __init__(self, directory: Path, port: int = 0, *, keep: bool = False) -> None:
        os.environ.update(_MOTO)
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        self._directory = directory
        self._port = port
        self._keep = keep
        self._lasting: Any = None
        self._extensions = [importlib.import_module(name) for name in EXTENSIONS]
        self._sagemaker = importlib.import_module("sandbox.sagemaker.install")
        self._server = importlib.import_module("moto.server").ThreadedMotoServer("127.0.0.1", port, verbose=False)
        self._backlog = importlib.import_module("sandbox.backlog").BACKLOG
        self.url = ""

    def start(self) -> None:
        """Install the extensions and answer requests."""
        _refuse_taken(self._port)
        write_profile(self._directory)
        for extension in self._extensions:
            extension.install()
        sagemaker = self._sagemaker.install(self._directory)
        if self._keep:
            self._lasting = importlib.import_module("sandbox.kept.lasting").Lasting(self._directory, sagemaker)
            self._lasting.restore()
        self._server.start()
        _, port = self._server.get_host_and_port()
        self.url = f"http://127.0.0.1:{port}"
        os.environ["MOTO_PORT"] = str(port)
        settle(Place(self.url, self._directory))
        self._backlog.start()
        for extension in self._extensions:
            extension.start()
        if self._lasting:
            self._lasting.resume()

    def stop(self) -> None:
        """Stop answering, then stop every loop and process that an extension runs."""
        if self._lasting:
            self._lasting.stop()
        self._server.stop()
        self._backlog.stop()
        self._sagemaker.stop()
        for extension in reversed(self._extensions):
            extension.stop()


def _refuse_taken(port: int) -> None:
    """Raise OSError if the port is in use: moto's server would fail in its thread and be waited for forever."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
