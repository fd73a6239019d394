"""One runtime process of a function: `python -m awslambdaric` in the extracted zip."""

import contextlib
import fcntl
import os
import queue
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.lambda_runtime.outcome import Outcome, exited, failed, succeeded, timed_out
from sandbox.lambda_runtime.runtime_api import Invocation, Posted, RuntimeApi

INIT_LIMIT = 10.0  # seconds that AWS gives a function's start before the first event
Lines = Callable[[str], None]


class Worker:
    """Takes one event at a time. `on_line` receives each line that the function prints."""

    def __init__(self, handler: str, root: Path, environment: Mapping[str, str], on_line: Lines) -> None:
        self._api = RuntimeApi()
        self._on_line = on_line
        environ = {**environment, "AWS_LAMBDA_RUNTIME_API": self._api.address}
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "awslambdaric", handler],
            cwd=root,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that its children end with it, and Ctrl-C does not reach it first
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        """Tell whether the process can take another event."""
        return self._process.poll() is None

    def await_start(self) -> None:
        """Wait until the function's module is loaded, has failed to, or has used up its time for that."""
        limit = time.monotonic() + INIT_LIMIT
        while not self._api.asked.wait(0.02):
            if time.monotonic() > limit or not self.alive or not self._api.posted.empty():
                return

    def note(self, line: str) -> None:
        """Add a line of Lambda's own to the function's log."""
        self._on_line(line)

    def invoke(self, invocation: Invocation, timeout: float) -> Outcome:
        """Run one event; past `timeout` seconds the process is killed."""
        self._api.send(invocation)
        posted = self._await_post(time.monotonic() + timeout)
        self._drain()
        if posted is not None:
            return self._outcome(posted)
        alive = self.alive
        self.stop()
        if alive:
            return timed_out(invocation.request_id, timeout)
        return exited(invocation.request_id, self._process.returncode)

    def stop(self) -> None:
        """End the process and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(timeout=2)
        self._api.close()

    def _outcome(self, posted: Posted) -> Outcome:
        if posted.kind == "response":
            return succeeded(posted.body)
        if posted.kind == "init":
            self.stop()
        return failed(posted.body)

    def _await_post(self, deadline: float) -> Posted | None:
        while (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                return self._api.posted.get(timeout=min(left, 0.1))
            if not self.alive and self._api.posted.empty():
                return None
        return None

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._on_line(line.decode(errors="replace").rstrip("\n"))

    def _drain(self) -> None:
        """Let the reader take what the function printed before it answered (at most 0.2 s)."""
        assert self._process.stdout is not None
        until = time.monotonic() + 0.2
        with contextlib.suppress(OSError, ValueError):
            while time.monotonic() < until:
                (waiting,) = struct.unpack("i", fcntl.ioctl(self._process.stdout, termios.FIONREAD, b"\0\0\0\0"))
                if not waiting:
                    return
                time.sleep(0.002)
