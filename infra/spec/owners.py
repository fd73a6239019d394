"""What two environments cannot share: S3 keeps one set of notifications for a bucket, and one of lifecycle rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra import captured
from infra.spec.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.spec.environment import Environment
    from infra.spec.source import Document


def two_owners(found: Iterable[tuple[Environment, Document]]) -> Iterator[SpecError]:
    """Tell of each bucket that a second environment would set: a deploy of either takes the other's files from it."""
    owners: dict[str, str] = {}
    for environment, document in found:
        for bucket, keys in captured.owned(environment).items():
            first = owners.setdefault(bucket, environment.name)
            if first != environment.name:
                yield SpecError(
                    document.told(keys),
                    keys,
                    f"is in bucket {bucket}, whose notifications {first} sets: each deploy would silence the other's",
                    f"give {environment.name} a bucket of its own",
                    "bucket-has-two-owners",
                )
