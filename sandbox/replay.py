"""An answer that is lost on its way is not lost for good.

moto's HTTP server loses a connection now and then after it has done the work (measured, SANDBOX.md), which AWS
hardly ever does. The SDK then asks again, and a call that is no idempotent one (CreateEndpointConfig) would be
refused for having succeeded. An SDK's retry carries the invocation id of the first attempt: where that one
succeeded, it gets the same answer.
"""

import threading
from collections import OrderedDict
from typing import Any

from moto.core.responses import BaseResponse

from sandbox.registry import method, original

_KEPT = 256
"""Answers that are remembered; a retry follows its first attempt within seconds."""


def replay_lost_answers() -> None:
    """Put the memory in front of every action of every service."""
    call_action = original(BaseResponse, "call_action")
    memory = Memory()

    def answer(self: BaseResponse) -> Any:
        invocation = str(self.headers.get("amz-sdk-invocation-id") or "")
        attempt = str(self.headers.get("amz-sdk-request") or "")
        if attempt and "attempt=1" not in attempt.split(";") and (known := memory.recall(invocation)):
            return known
        answered = call_action(self)
        if invocation and _succeeded(answered):
            memory.keep(invocation, answered)
        return answered

    method(BaseResponse, "call_action")(answer)


class Memory:
    """The latest answers by invocation id."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, invocation: str, answer: Any) -> None:
        """Remember an answer, and forget the oldest."""
        with self._lock:
            self._answers[invocation] = answer
            if len(self._answers) > _KEPT:
                self._answers.popitem(last=False)

    def recall(self, invocation: str) -> Any:
        """Return the answer, None where there is none."""
        with self._lock:
            return self._answers.get(invocation)


def _succeeded(answer: Any) -> bool:
    """Whether moto's answer, a body alone or with status and headers, is a success."""
    return not isinstance(answer, tuple) or int(answer[0]) < 300
