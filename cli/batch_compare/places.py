"""Where batch transform jobs leave their outputs: S3, or a folder here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import boto3
from botocore.exceptions import ClientError

from cli.exits import Exit, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client


class Place(Protocol):
    """A folder of files."""

    def names(self) -> Iterator[str]:
        """List the files below it, by their paths from it."""
        ...

    def read(self, name: str) -> bytes | None:
        """Read one of them; None where there is none of that name."""
        ...


class Folder:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> Iterator[str]:
        """List files, not folders."""
        return (path.relative_to(self._path).as_posix() for path in self._path.rglob("*") if path.is_file())

    def read(self, name: str) -> bytes | None:
        """Read a file."""
        path = self._path / name
        return path.read_bytes() if path.is_file() else None


class Prefix:
    """A folder in S3."""

    def __init__(self, client: S3Client, bucket: str, prefix: str) -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    def names(self) -> Iterator[str]:
        """List objects."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        return (item["Key"].removeprefix(self._prefix) for page in pages for item in page.get("Contents", []))

    def read(self, name: str) -> bytes | None:
        """Get an object."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise


def place(text: str) -> Place:
    """Find a place by its name; refuses a folder that is not there."""
    if text.startswith("s3://"):
        bucket, _, prefix = text.removeprefix("s3://").partition("/")
        folder = prefix.rstrip("/")
        return Prefix(boto3.client("s3"), bucket, f"{folder}/" if folder else "")
    path = Path(text)
    if not path.is_dir():
        raise RefusedError(Exit.USAGE, f"there is no folder {text}", "name a folder, or s3://bucket/folder")
    return Folder(path)
