"""Items of tables that hold a document: its text, and the version of its form (`lambdas.rollout.schema`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from lambdas.rollout.documents import DamagedDocumentError, encode
from lambdas.rollout.schema import FIRST, SCHEMA, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

T = TypeVar("T")
VERSION: dict[str, AttributeValueTypeDef] = {"schema": {"N": str(SCHEMA)}}
"""What every item says of itself."""


def written(document: object, **keys: str) -> dict[str, AttributeValueTypeDef]:
    """Make the item of a document, under its keys."""
    texts: dict[str, AttributeValueTypeDef] = {
        name: {"S": text} for name, text in (*keys.items(), ("document", encode(document)))
    }
    return texts | VERSION


def document(kind: type[T], item: Mapping[str, Any]) -> T:
    """Read an item's document; `DamagedDocumentError` names the item, whatever it lacks."""
    try:
        return read(kind, _version(item), _text(item))
    except DamagedDocumentError as error:
        place = "/".join(item[key]["S"] for key in ("endpoint", "item") if "S" in item.get(key, ()))
        raise type(error)(f"item {place}: {error}") from error


def _version(item: Mapping[str, Any]) -> int:
    """Items of the first version have no number."""
    found = item.get("schema", {"N": str(FIRST)})
    if "N" not in found or not found["N"].isdecimal():
        raise DamagedDocumentError(f"schema is {found}, and no whole number")
    return int(found["N"])


def _text(item: Mapping[str, Any]) -> str:
    if "S" not in item.get("document", ()):
        raise DamagedDocumentError("it has no document")
    text: str = item["document"]["S"]
    return text
