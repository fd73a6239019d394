"""An outage of single SageMaker calls: functions reach SageMaker through a proxy that refuses what it is told to."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from typing import TYPE_CHECKING

from tests.e2e.between import SAGEMAKER, Answer, between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.e2e.between import Call

DENIED = "You are not authorized to perform this action: an organization's policy denies it"
_REFUSAL = Answer(400, json.dumps({"__type": "AccessDeniedException", "message": DENIED}).encode())


class Outage:
    """Refuses the calls in ``denied`` (their names); ``seen`` counts all by name."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self.seen: Counter[str] = Counter()

    def __call__(self, call: Call, onward: Callable[[], Answer]) -> Answer:
        self.seen[call.name] += 1
        return _REFUSAL if call.name in self.denied else onward()


@contextlib.contextmanager
def outage(behind: str, functions: Sequence[str]) -> Iterator[Outage]:
    """Send the functions' calls on SageMaker through a proxy until the block ends."""
    made = Outage()
    with between(behind, functions, SAGEMAKER, made):
        yield made
