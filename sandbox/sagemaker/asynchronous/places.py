"""Requests and answers in S3."""

from typing import Any
from urllib.parse import urlparse

from moto.s3.models import s3_backends

from sandbox.place import ACCOUNT_ID
from sandbox.sagemaker import execution


class PlaceError(Exception):
    """S3 has no such object, or no such bucket."""


def read(uri: str, role: str) -> bytes:
    """Fetch an object in a role's name; PlaceError where it is not there, or not to be read."""
    bucket, key = _parts(uri)
    if not execution.may_read(role, bucket, key):
        raise PlaceError(uri)
    try:
        found = _s3().get_object(bucket, key)
    except Exception as error:  # moto has one class per cause, and the cause does not matter here
        raise PlaceError(uri) from error
    if found is None:
        raise PlaceError(uri)
    body: bytes = found.value
    return body


def write(uri: str, body: bytes, role: str) -> None:
    """Store an object in a role's name; PlaceError where there is no bucket for it, or none to be written to."""
    bucket, key = _parts(uri)
    if not execution.may_write(role, bucket, key):
        raise PlaceError(uri)
    try:
        _s3().put_object(bucket, key, body)
    except Exception as error:
        raise PlaceError(uri) from error


def _parts(uri: str) -> tuple[str, str]:
    place = urlparse(uri)
    return place.netloc, place.path.lstrip("/")


def _s3() -> Any:
    return s3_backends[ACCOUNT_ID]["aws"]
