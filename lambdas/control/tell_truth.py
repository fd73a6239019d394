"""From a report of a truth to a file of ground truth: functions and the lake read it as they read any other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Protocol

from lambdas.rollout.names import folder
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.quality.truth import Truth, written
from lambdas.rollout.reward_report import RefusedRewardError
from lambdas.rollout.truth_report import Told


class Schemas(Protocol):
    """Tells what endpoints' data mean."""

    def schema(self, endpoint: str) -> Schema | None:
        """Read an endpoint's schema; None where it has none."""
        ...


class TruthBucket(Protocol):
    """The buckets of ground truth."""

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Put a file, in place of one that is there."""
        ...


@dataclass(frozen=True, slots=True)
class Telling:
    """The ports; ``now`` tells seconds since the epoch."""

    schemas: Schemas
    bucket: TruthBucket
    now: Callable[[], float]


def tell_truth(ports: Telling, told: Told) -> None:
    """Put a truth where the endpoint's truths lie, into the folder of this hour, in which it was collected.

    Told again in that hour it takes its own place. Raises `RefusedRewardError` where no truths are taken.
    """
    schema = ports.schemas.schema(told.endpoint)
    if schema is None or schema.ground_truth is None:
        raise RefusedRewardError("`endpoint` is {}; truths are taken where a schema has ground_truth", told.endpoint)
    truth = Truth(told.inference_id, told.labels)
    name = blake2b(repr(truth).encode(), digest_size=16).hexdigest()
    hour = datetime.fromtimestamp(ports.now(), UTC)
    bucket, prefix = folder(schema.ground_truth, told.endpoint)
    ports.bucket.put(bucket, f"{prefix}{hour:%Y/%m/%d/%H}/{name}.jsonl", written(truth))
