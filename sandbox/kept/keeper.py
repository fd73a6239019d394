"""Keeps the state in files: what a call changes before the call is answered, what changes by itself every second.

So what AWS has acknowledged is there after a `kill -9`, and of the rest a second is lost, or a few.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from moto.core.responses import BaseResponse

from sandbox.clock import Ticker, now
from sandbox.kept import parts
from sandbox.kept.parts import Part, package_of
from sandbox.kept.pickling import dump, load
from sandbox.registry import method, original

_log = logging.getLogger(__name__)
_INTERVAL = 1.0
_REST = 9  # times as long as it took: keeping never takes more than a tenth of the time
_ATTEMPTS = 20
_READS = re.compile(r"(Describe|Get|List|Query|Scan|BatchGet|Head|Lookup|Search|Validate|Invoke|Filter)[A-Z]?")
_LARGE = ("moto.iam",)
"""Packages that change by calls alone, and have too much to be looked at every second (AWS's managed policies)."""
_BY_THEMSELVES = ("moto.sagemaker", "moto.stepfunctions")
"""Packages whose resources go on between calls: what a call tells of them is kept before it is answered."""


class Keeper:
    """Keeps `own` parts and moto's in `directory`."""

    def __init__(self, directory: Path, own: Iterable[Part]) -> None:
        self._directory = directory
        self._own = tuple(own)
        self._kept: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._ticker = Ticker("keeper", _INTERVAL, self._keep_all)
        self._rest_until = 0.0

    def restore(self) -> bool:
        """Put back what was kept; False where there is nothing."""
        own = {part.name: part for part in self._own}
        found = sorted(self._directory.glob("*.pickle"))
        for file in found:
            part = own.get(file.stem) or parts.named(file.stem)
            if part:
                _put_back(part, file)
        return bool(found)

    def start(self) -> None:
        """Keep from now on."""
        self._directory.mkdir(exist_ok=True)
        call_action, keep = original(BaseResponse, "call_action"), self._keep

        def answer(self: BaseResponse) -> Any:
            answered = call_action(self)
            package = package_of(type(self))
            if package in _BY_THEMSELVES or not _READS.match(self._get_action() or ""):
                keep(lambda part: part.package == package)
            return answered

        method(BaseResponse, "call_action")(answer)
        self._ticker.start()

    def stop(self) -> None:
        """Keep once more what has changed by itself."""
        self._ticker.stop()

    def _keep_all(self) -> None:
        began = now()
        if began >= self._rest_until:
            self._keep(lambda part: part.package not in _LARGE)
            self._rest_until = now() + _REST * (now() - began)

    def _keep(self, which: Callable[[Part], bool]) -> None:
        for part in filter(which, self._parts()):
            with self._lock:  # an older state must not come after a newer one
                data = _dumped(part)
                if data is not None and data != self._kept.get(part.name):
                    self._write(part.name, data)

    def _parts(self) -> Iterator[Part]:
        yield from self._own
        yield from parts.of_moto()

    def _write(self, name: str, data: bytes) -> None:
        draft = self._directory / f"{name}.draft"
        draft.write_bytes(data)
        draft.replace(draft.with_suffix(".pickle"))  # a killed process leaves all of it or what was there
        self._kept[name] = data


def _put_back(part: Part, file: Path) -> None:
    try:
        part.write(load(file.read_bytes()))
    except Exception as error:
        message = f"{file} is damaged, or of another version of the sandbox or of moto; remove {file.parent}"
        raise RuntimeError(f"{message} to begin with nothing: {error!r}") from error


def _dumped(part: Part) -> bytes | None:
    """Return a part's bytes; again where another thread changed it meanwhile; at last None, and a line in the log."""
    for attempt in range(_ATTEMPTS):
        try:
            return dump(part.read())
        except RuntimeError:  # a dictionary or a deque changed its size while it was read
            if attempt == _ATTEMPTS - 1:
                _log.exception("%s changes too fast to be kept", part.name)
    return None
