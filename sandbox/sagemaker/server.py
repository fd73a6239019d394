"""One model server: a process that speaks the container contract, restarted when it dies by itself."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.sagemaker.connections import Connections
from sandbox.sagemaker.leash import Leash
from sandbox.sagemaker.settings import Settings

_DRAIN = 60.0  # seconds; the longest a request in flight may take
_PING_INTERVAL = 0.05
_RESTART_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Command:
    """What to run as the container: an argument list and the environment that it adds."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    log: Path


@dataclass(frozen=True, slots=True)
class Home:
    """What every server shares: the leash, and the event that is set when the sandbox stops."""

    leash: Leash
    halted: threading.Event


class ModelServer:
    """A container on a free port of 127.0.0.1; `ask` it only inside a `lease`."""

    def __init__(self, command: Command, home: Home, settings: Settings) -> None:
        self._command = command
        self._leash = home.leash
        self._halted = home.halted
        self._grace = settings.termination
        self._port = _free_port()
        self.connections = Connections(self._port, settings.invocation)
        self._idle = threading.Condition()
        self._leases = 0
        self._stopping = False
        self._fell = False  # it ended by itself at least once
        self._ended = threading.Event()
        self._process = self._spawn()
        self._keeper = threading.Thread(target=self._keep, daemon=True, name="model-server")

    def wait_ready(self, timeout: float) -> bool:
        """Wait for /ping; False when it does not answer within `timeout` seconds or the process ends."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not self._halted.is_set():
            if self._process.poll() is not None:
                return False
            if self.connections.ping():
                self._keeper.start()
                return True
            self._halted.wait(_PING_INTERVAL)
        return False

    def serves(self) -> bool:
        """Tell whether the process has run since it was healthy, or else answers /ping now.

        A busy container may be late with /ping; that alone does not make it broken.
        """
        return not self._fell or self.connections.ping()

    @contextlib.contextmanager
    def lease(self) -> Iterator[bool]:
        """Keep the server until the block ends; False when it is already being stopped."""
        with self._idle:
            granted = not self._stopping
            self._leases += granted
        try:
            yield granted
        finally:
            if granted:
                with self._idle:
                    self._leases -= 1
                    self._idle.notify_all()

    def stop(self) -> None:
        """Let requests in flight finish, send SIGTERM, then SIGKILL after the grace; return when it is gone."""
        with self._idle:
            self._stopping = True
            self._idle.wait_for(lambda: self._leases == 0, _DRAIN)
        self._ended.set()
        process = self._process
        self._signal(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(self._grace)
        self._signal(process, signal.SIGKILL)  # whatever it left behind in its group
        process.wait()
        self._leash.release(process.pid)
        self.connections.close()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        port = str(self._port)
        environment = os.environ | self._command.environment | {"SAGEMAKER_BIND_TO_PORT": port, "PORT": port}
        self._command.log.parent.mkdir(parents=True, exist_ok=True)
        with self._command.log.open("ab") as log:
            process = subprocess.Popen(
                list(self._command.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        self._leash.hold(process.pid)
        return process

    def _keep(self) -> None:
        """Start the process again when it ends by itself, as SageMaker restarts a crashed container."""
        while not self._ended.is_set():
            self._process.wait()
            self._fell = True
            if self._ended.wait(_RESTART_PAUSE) or self._halted.is_set():
                return
            self._signal(self._process, signal.SIGKILL)
            self._leash.release(self._process.pid)
            with self._idle:
                if self._stopping:
                    return
                self._process = self._spawn()

    @staticmethod
    def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def _free_port() -> int:
    """Choose a port that nobody listens on, and that no outgoing connection is given before the container binds it.

    Those come from 32768 on (Linux, ip-sysctl: ip_local_port_range), where a port that is free now may not be then.
    """
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
