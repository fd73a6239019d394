"""The sandbox's S3 and Glue, as queries see them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from moto.glue.models import glue_backends
from moto.s3.models import s3_backends

from sandbox.place import ACCOUNT_ID, REGION


class Stored(NamedTuple):
    """An object: its S3 URI, and its bytes."""

    uri: str
    content: bytes


def listed(uri: str) -> Iterator[Stored]:
    """List what lies below an S3 URI, but for what Athena takes for hidden: names that begin with _ or a dot.

    Source: Amazon Athena user guide, "Table location in Amazon S3".
    """
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    backend = s3_backends[ACCOUNT_ID]["aws"]
    if bucket not in backend.buckets:
        return
    for key in backend.list_objects(backend.get_bucket(bucket), prefix, None, None, None)[0]:
        if not key.name.rpartition("/")[2].startswith(("_", ".")):
            yield Stored(f"s3://{bucket}/{key.name}", key.value)


def put(uri: str, content: bytes) -> None:
    """Write an object."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    s3_backends[ACCOUNT_ID]["aws"].put_object(bucket, key, content)


def is_there(uri: str) -> bool:
    """Tell whether the bucket of an S3 URI exists."""
    return uri.removeprefix("s3://").partition("/")[0] in s3_backends[ACCOUNT_ID]["aws"].buckets


def table(database: str, name: str) -> Mapping[str, Any] | None:
    """Find a table in Glue, as GetTable shows it; None where there is none."""
    found = glue_backends[ACCOUNT_ID][REGION].databases.get(database.lower())
    known = found.tables.get(name.lower()) if found else None
    return known.as_dict() if known else None


def create(database: str, name: str, described: dict[str, Any]) -> None:
    """Put a table into Glue."""
    glue_backends[ACCOUNT_ID][REGION].create_table(database.lower(), name.lower(), described)
