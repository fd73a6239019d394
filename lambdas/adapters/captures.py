"""Capture files in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.rollout.shadow.capture import Captured, Place, read_file

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class S3Captures:
    """Implements `lambdas.rollout.shadow.ports.Captures`."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def read(self, bucket: str, key: str, place: Place) -> Captured:
        """Read line by line: only what the records keep is held."""
        return read_file(self._client.get_object(Bucket=bucket, Key=key)["Body"].iter_lines(), place)
