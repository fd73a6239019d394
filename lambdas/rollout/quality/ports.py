"""What counting a model's quality needs of the world."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from lambdas.rollout.quality.bins import Baseline
from lambdas.rollout.quality.counts import Counts, Values
from lambdas.rollout.quality.inputs import Binned
from lambdas.rollout.quality.predicted import Inference
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.quality.truth import Truth, Truths


class Watched(NamedTuple):
    """An endpoint with a rollout in progress: its schema, and the variants whose answers count.

    ``arms`` says since when each one's do, in seconds since the epoch. What stable and the canary are asked is
    counted in the bins of its ``baseline``; where that has no feature nothing is.
    """

    endpoint: str
    schema: Schema
    arms: Mapping[str, float]
    baseline: Baseline = Baseline()


class Outcome(StrEnum):
    """What became of a truth."""

    COUNTED = "counted"
    WAITING = "waiting"
    """Its inference has not come, and may never: not every request is captured."""
    DOUBLED = "doubled"
    CONTRADICTORY = "contradictory"
    """Another one has come before, and says something else; the first one counts."""
    LATE = "late"
    """It came after the window."""
    UNFIT = "unfit"
    """It has more labels than the answer has rows, or fewer, or one that such an answer cannot have."""


class Known(NamedTuple):
    """What is known of a request: its inferences, one of each variant that answered it, and its truth, once it comes.

    In a shadow two variants answer one request.
    """

    inferences: tuple[Inference, ...] = ()
    truth: Truth | None = None


class Noted(NamedTuple):
    """Whether a half was noted, or was there before, and what is known of its request then."""

    new: bool
    known: Known


class Watch(Protocol):
    """Tells which endpoints are watched."""

    def watched(self, endpoint: str) -> Watched | None:
        """Read the endpoint's schema; None where it has none, or no rollout is in progress."""
        ...


class Baselines(Protocol):
    """Tells what requests were like before."""

    def baseline(self, endpoint: str) -> Baseline:
        """Read an endpoint's baseline, one without features where it has none."""
        ...


class Predictions(Protocol):
    """The table of requests whose other half may still come."""

    def predicted(self, endpoint: str, found: Sequence[tuple[str, Inference]]) -> Sequence[Noted]:
        """Note each request's inference where its variant has none, those of one request in their order."""
        ...

    def revealed(self, endpoint: str, truths: Sequence[Truth]) -> Sequence[Noted]:
        """Note each request's truth where there is none, those of one request in their order."""
        ...


class TruthFiles(Protocol):
    """The bucket of ground truth."""

    def truths(self, bucket: str, key: str) -> Truths:
        """Read one file."""
        ...


class PublishedQuality(Protocol):
    """The metrics that the judge reads."""

    def publish(self, endpoint: str, counts: Counts) -> None:
        """Add to counters, at the times that they belong to, however late."""
        ...

    def spread(self, endpoint: str, values: Values) -> None:
        """Add to distributions of values, at the times that they belong to, however late."""
        ...

    def inputs(self, endpoint: str, found: Binned) -> None:
        """Add to the distributions of what variants are asked, at the times that they belong to, however late."""
        ...

    def outcomes(self, endpoint: str, found: dict[Outcome, int]) -> None:
        """Count what became of truths."""
        ...
