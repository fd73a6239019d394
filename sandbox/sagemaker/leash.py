"""Model servers must not outlive the sandbox, not even when it is killed.

A small process of its own holds the read end of a pipe. It is told of every process group that the sandbox
starts and ends; when the pipe closes, because the sandbox ended in whatever way, it kills those that are left.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading


class Leash:
    """Holds process groups; `close` (or our own death) kills what is still held."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", __file__],
            stdin=subprocess.PIPE,
            start_new_session=True,  # an interrupt typed at the terminal must not end it before its work
        )

    def hold(self, group: int) -> None:
        """Take a process group on the leash; after the end, kill it at once."""
        if not self._tell(f"+{group}\n"):
            _kill(group)

    def release(self, group: int) -> None:
        """Let go of a process group that has ended: its number may be another's soon."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """Kill what is held."""
        assert self._process.stdin
        with self._lock, contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> bool:
        assert self._process.stdin
        with self._lock:
            try:
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()
            except (BrokenPipeError, ValueError):  # ValueError: it is closed
                return False
            return True


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _watch() -> None:
    held: set[int] = set()
    for line in sys.stdin:
        (held.add if line[0] == "+" else held.discard)(int(line[1:]))
    for group in held:
        _kill(group)


if __name__ == "__main__":
    _watch()
