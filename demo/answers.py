"""What traffic has seen: one line of JSON per request and per change of the canary's weight."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One request's fate: `at` is when it was due (seconds since the epoch), `took` in seconds.

    `variant` is what InvokeEndpoint names (only when the model answered well); `model` the version that the
    container names, also when it failed. Both are empty where no container answered.
    """

    at: float
    took: float
    variant: str
    model: str
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether the caller got no prediction."""
        return bool(self.error)


@dataclass(frozen=True, slots=True)
class Weight:
    """The canary's live share of traffic (0 to 1) from `at` on, as DescribeEndpoint tells it."""

    at: float
    share: float


def line(record: Answer | Weight) -> str:
    """Write a record as a line."""
    return json.dumps(asdict(record)) + "\n"


def answers(path: Path) -> tuple[Answer, ...]:
    """Read every complete line of a file of answers; none where there is no file yet."""
    return tuple(Answer(**document) for document in _documents(path))


def weights(path: Path) -> tuple[Weight, ...]:
    """Read every complete line of a file of weights; none where there is no file yet."""
    return tuple(Weight(**document) for document in _documents(path))


def _documents(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    complete = path.read_text().rpartition("\n")[0]  # the last line may be half written
    return [json.loads(text) for text in complete.splitlines()]
