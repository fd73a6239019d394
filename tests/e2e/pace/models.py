"""Models that differ in nothing but how long they take."""

import io
import json
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parent / "server.py"


@dataclass(frozen=True)
class Paced:
    version: str
    median_ms: float = 80.0
    slow_part: float = 0.0
    slow_times: float = 1.0

    @property
    def archive(self) -> bytes:
        content, packed = json.dumps(asdict(self)).encode(), io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            entry = tarfile.TarInfo("model.json")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        return packed.getvalue()


STEADY = Paced("v1")
SLOWER = Paced("slower", median_ms=96.0)
SOMETIMES_SLOW = Paced("sometimes-slow", slow_part=0.03, slow_times=8.0)
ALIKE = Paced("alike")
MODELS = (STEADY, SLOWER, SOMETIMES_SLOW, ALIKE)


def rows(failing: int) -> list[dict[str, Any]]:
    """A hundred applications, so many of them without income, spread evenly."""
    every = 100 // failing
    return [{"income": None if number % every == 0 else 50_000} for number in range(100)]
