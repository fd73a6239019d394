"""What joining captures needs of the world."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.shadow.capture import Captured, Place
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.join import Pair, Settled
from lambdas.rollout.shadow.summary import Summary


class ShadowPeriod(NamedTuple):
    """A shadow period: of which rollout, on what terms, and since when (seconds since the epoch)."""

    endpoint: str
    rollout: int
    terms: Comparison
    since: float


class Stored(NamedTuple):
    """What is known of a period and of some requests; ``revision`` counts what was committed."""

    revision: int
    summary: Summary
    pairs: Mapping[str, Pair]


class ShadowPeriods(Protocol):
    """Tells which endpoints are in a shadow period."""

    def period(self, endpoint: str) -> ShadowPeriod | None:
        """Read the shadow period of the rollout in progress; None where there is none."""
        ...


class Captures(Protocol):
    """The bucket of captured data."""

    def read(self, bucket: str, key: str, place: Place) -> Captured:
        """Read one file."""
        ...


class Pairs(Protocol):
    """The table of pairs."""

    def load(self, period: ShadowPeriod, ids: Collection[str]) -> Stored:
        """Read the period's summary and what is stored of the requests, strongly consistent."""
        ...

    def commit(self, period: ShadowPeriod, before: Stored, settled: Settled) -> None:
        """Write all that changes, or nothing; raises `ConflictError` if any of it is not as it was loaded."""
        ...

    def is_read(self, period: ShadowPeriod, file: str) -> bool:
        """Tell whether a file has been read to its end."""
        ...

    def finish(self, period: ShadowPeriod, before: Stored, file: str, damaged: int) -> None:
        """Note that a file has been read, once, with its damaged lines; raises `ConflictError`."""
        ...


class Published(Protocol):
    """The metrics that the judge reads."""

    def publish(self, endpoint: str, minutes: Mapping[float, Arm]) -> None:
        """Add counts to the minutes (seconds since the epoch) of the inferences."""
        ...
