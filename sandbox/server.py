"""Start the sandbox: `up` in this process, `start` as a subprocess with the variables to use it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.clock import Ticker
from sandbox.environment import exports, without_aws
from sandbox.host import Host
from sandbox.notice import notice


@dataclass(frozen=True, slots=True)
class Options:
    """What `up` was asked: `port` 0 takes a free one, no `directory` means one that is removed at the end.

    With `keep` the state is in the directory, too, for the next `up`.
    """

    port: int = 0
    directory: Path | None = None
    ready_file: Path | None = None
    images: Path | None = None
    with_parent: bool = False
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers: `env` are the variables that point AWS clients at it."""

    url: str
    pid: int
    directory: Path
    env: dict[str, str]

    def environ(self) -> dict[str, str]:
        """Return this process's environment, its own AWS_* variables replaced by the sandbox's."""
        return without_aws(os.environ) | self.env


def up(options: Options) -> None:
    """Serve until SIGINT or SIGTERM (or the parent's end, if asked), then leave nothing behind."""
    with _directory(options.directory) as directory, _stop_requests(with_parent=options.with_parent) as wait:
        if options.images:
            shutil.copyfile(options.images, directory / "images.json")
        host = Host(directory, options.port, keep=options.keep)
        try:
            host.start()
            print(notice(host.url, directory, keep=options.keep), flush=True)
            _write_ready(options.ready_file, host.url, directory)
            wait()
        finally:
            host.stop()
            if options.ready_file:
                options.ready_file.unlink(missing_ok=True)


@contextlib.contextmanager
def start(
    *,
    port: int = 0,
    directory: Path | None = None,
    images: Path | None = None,
    timeout: float = 60,
    keep: bool = False,
) -> Iterator[Running]:
    """Run a sandbox as a subprocess that ends with the block, or with this process.

    `images` is copied to the sandbox's images.json; `timeout` (seconds) bounds the wait for it to answer. With `keep`
    its state is in `directory`, and what is there is brought back.
    """
    with _directory(directory) as home:
        ready, log = home / "ready.json", home / "sandbox.log"
        argv = [sys.executable, "-m", "sandbox", "up", "--with-parent", "--port", str(port)]
        argv += ["--dir", str(home), "--ready-file", str(ready)]
        argv += ["--images", str(images)] if images else []
        argv += ["--keep"] if keep else []
        ready.unlink(missing_ok=True)  # of one that was killed
        with log.open("wb") as out:
            root = Path(__file__).parent.parent
            environ = without_aws(os.environ) | {"PYTHONPATH": str(root)}
            process = subprocess.Popen(argv, stdout=out, stderr=out, env=environ, start_new_session=True)
        try:
            url = _await_ready(process, ready, log, timeout)
            yield Running(url, process.pid, home, exports(url, home))
        finally:
            _end(process)


def _await_ready(process: "subprocess.Popen[bytes]", ready: Path, log: Path, timeout: float) -> str:
    deadline = time.monotonic() + timeout
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The sandbox did not start:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.02)
    url: str = json.loads(ready.read_text())["url"]
    return url


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _write_ready(path: Path | None, url: str, directory: Path) -> None:
    if path is None:
        return
    draft = path.with_name(path.name + ".draft")
    draft.write_text(json.dumps({"url": url, "pid": os.getpid(), "directory": str(directory)}))
    draft.replace(path)  # a reader sees all of it or nothing


@contextlib.contextmanager
def _directory(asked: Path | None) -> Iterator[Path]:
    if asked:
        asked.mkdir(parents=True, exist_ok=True)
        yield asked.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@contextlib.contextmanager
def _stop_requests(*, with_parent: bool) -> Iterator["StopRequests"]:
    requests = StopRequests(with_parent=with_parent)
    try:
        yield requests
    finally:
        requests.close()


class StopRequests:
    """Call it to wait until someone wants the sandbox to stop.

    A pipe carries the wish: unlike an Event's lock it is safe to write from a signal handler.
    """

    def __init__(self, *, with_parent: bool) -> None:
        self._read, self._write = os.pipe()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._ask())
        parent = os.getppid()
        self._watch = Ticker("parent", 0.5, lambda: self._ask() if os.getppid() != parent else None)
        if with_parent:
            self._watch.start()

    def __call__(self) -> None:
        """Wait."""
        os.read(self._read, 1)

    def close(self) -> None:
        """Stop watching the parent."""
        self._watch.stop()

    def _ask(self) -> None:
        os.write(self._write, b"x")
