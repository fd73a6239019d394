"""Files of ground truth in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.adapters.captures import lines
from lambdas.adapters.telemetry import logger
from lambdas.rollout.quality.truth import Truths, read_truths

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_CHUNK = 1_048_576


class S3Truths:
    """Implements `lambdas.rollout.quality.ports.TruthFiles`, and `lambdas.control.tell_truth.TruthBucket`."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def truths(self, bucket: str, key: str) -> Truths:
        """Read line by line; lines that are no truths are logged, without what they hold."""
        body = self._client.get_object(Bucket=bucket, Key=key)["Body"]
        found = read_truths(lines(body.iter_chunks(_CHUNK)))
        if found.damaged:
            logger.warning("damaged ground truth", key=key, damaged=found.damaged, lines=found.examples)
        return found

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Put it, encrypted as the bucket says."""
        self._client.put_object(Bucket=bucket, Key=key, Body=body)
