"""Capture files in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.adapters.telemetry import logger
from lambdas.rollout.shadow.capture import Captured, Place, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_s3.client import S3Client

_CHUNK = 1_048_576
_LONGEST = 32 * _CHUNK
"""Bytes of a line: request and answer of 6,291,456 bytes each (InvokeEndpoint's limit), in base64, and some more."""
_TOO_LONG = b"too long"


class S3Captures:
    """Implements `lambdas.rollout.shadow.ports.Captures`."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def read(self, bucket: str, key: str, place: Place) -> Captured:
        """Read line by line: only what the records keep is held; lines that are no records are logged."""
        chunks = self._client.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(_CHUNK)
        captured = read_file(lines(chunks), place)
        if captured.damaged:
            logger.warning("damaged capture", key=key, damaged=captured.damaged, lines=captured.examples)
        return captured


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Split at line feeds; of a line longer than any record nothing is kept.

    botocore's own `iter_lines` copies what it has of a line at every kilobyte: minutes for the longest ones.
    """
    pending: list[bytes] = []
    held = 0
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        for part in (first, *others[:-1]) if others else ():
            pending.append(part)
            yield b"".join(pending) if held + len(part) <= _LONGEST else _TOO_LONG
            pending, held = [], 0
        rest = others[-1] if others else first
        held += len(rest)
        pending = [*pending, rest] if held <= _LONGEST else []
    if held:
        yield b"".join(pending) if held <= _LONGEST else _TOO_LONG
