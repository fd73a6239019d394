"""The objects of an interval's hours in S3: listed before Athena reads them, removed after it wrote some."""

from collections.abc import Iterable, Iterator
from typing import Any

from lake.hours import Interval

_AT_ONCE = 1_000
"""Keys that DeleteObjects takes (S3 API reference)."""


def split(uri: str) -> tuple[str, str]:
    """Take an S3 URI apart, into bucket and key."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def variants(s3: Any, uri: str) -> tuple[str, ...]:
    """Name the folders directly under an S3 URI: whoever was captured there, now in the environment's file or not."""
    bucket, prefix = split(uri)
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    found = (each["Prefix"] for page in pages for each in page.get("CommonPrefixes", ()))
    return tuple(sorted(folder.removeprefix(prefix).rstrip("/") for folder in found))


def listed(s3: Any, uri: str, interval: Interval) -> Iterator[tuple[str, int]]:
    """List the files of these hours below an S3 URI: their own URIs, and their bytes. A call per day, or more."""
    bucket, prefix = split(uri)
    hours = {f"{prefix}{hour:%Y/%m/%d/%H}/" for hour in interval.hours}
    for day in sorted({hour.rpartition("/")[0].rpartition("/")[0] for hour in hours}):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{day}/"):
            for each in page.get("Contents", ()):
                folder, _, name = each["Key"].rpartition("/")
                if f"{folder}/" in hours and name.endswith(".jsonl"):
                    yield f"s3://{bucket}/{each['Key']}", int(each["Size"])


def remove_below(s3: Any, uri: str) -> None:
    """Delete every object whose URI begins with this one."""
    bucket, prefix = split(uri)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        remove(s3, [f"s3://{bucket}/{each['Key']}" for each in page.get("Contents", ())])


def remove(s3: Any, uris: Iterable[str]) -> None:
    """Delete these objects, of one bucket; one that is not there is none less."""
    keys = [split(uri) for uri in uris]
    for start in range(0, len(keys), _AT_ONCE):
        each = keys[start : start + _AT_ONCE]
        s3.delete_objects(Bucket=each[0][0], Delete={"Objects": [{"Key": key} for _, key in each], "Quiet": True})
