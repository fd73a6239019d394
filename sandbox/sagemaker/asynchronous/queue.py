"""The requests of one endpoint that wait, and those that are being processed."""

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request in the queue; `headers` are those that the container gets, places are S3 URIs or empty."""

    inference_id: str
    headers: Mapping[str, str]
    output: str
    received: float  # epoch seconds
    input: str = ""
    body: bytes | None = None  # where it came with the call
    failure: str = ""
    life: float = 21_600.0  # seconds that it may wait (RequestTTLSeconds)
    timeout: float = 900.0  # seconds that the container may take (InvocationTimeoutSeconds)


class Queue:
    """Oldest first, safe for many threads. It belongs to the endpoint: fleets come and go, and requests stay."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._taken: list[Waiting] = []
        self._busy: Counter[int] = Counter()  # requests under way by fleet
        self._lock = threading.Lock()

    def add(self, request: Waiting) -> None:
        """Let a request wait."""
        with self._lock:
            self._waiting.append(request)

    def take(self, fleet: int, slots: int) -> Waiting | None:
        """Give the oldest request to a fleet that works on fewer than `slots`; None if there is none for it."""
        with self._lock:
            if not self._waiting or self._busy[fleet] >= slots:
                return None
            request = self._waiting.popleft()
            self._taken.append(request)
            self._busy[fleet] += 1
            return request

    def put_back(self, fleet: int, request: Waiting) -> None:
        """Let a request that nobody began with wait again, before all others."""
        with self._lock:
            self._waiting.appendleft(request)
            self._release(fleet, request)

    def done(self, fleet: int, request: Waiting) -> None:
        """Forget a request that has been processed."""
        with self._lock:
            self._release(fleet, request)

    def expired(self, at: float) -> list[Waiting]:
        """Take out what has waited for longer than it may."""
        with self._lock:
            gone = [request for request in self._waiting if at - request.received > request.life]
            for request in gone:
                self._waiting.remove(request)
            return gone

    def size(self) -> int:
        """Count the requests that wait or are being processed."""
        with self._lock:
            return len(self._waiting) + len(self._taken)

    def oldest(self) -> float | None:
        """Tell when the oldest of them was received."""
        with self._lock:
            return min((request.received for request in (*self._waiting, *self._taken)), default=None)

    def _release(self, fleet: int, request: Waiting) -> None:
        self._busy[fleet] -= 1
        self._taken = [other for other in self._taken if other is not request]
