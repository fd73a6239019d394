"""What a queue message says: which capture files are new. Pure.

Source: S3 user guide, "Event message structure".
"""

import json
from typing import NamedTuple
from urllib.parse import unquote_plus


class File(NamedTuple):
    """An object in S3."""

    bucket: str
    key: str


def files(body: str) -> tuple[File, ...]:
    """Read an event notification; S3's test event names no file. Raises ValueError, KeyError or TypeError."""
    records = json.loads(body).get("Records", [])
    return tuple(
        File(record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"]))
        for record in records
        if record["eventName"].startswith("ObjectCreated:")
    )
