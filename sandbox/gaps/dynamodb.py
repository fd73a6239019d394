"""DynamoDB: writes of an item come one after the other, and a cancelled transaction takes back nobody else's.

moto answers requests side by side: of two that put different attributes into one item on a condition, each may hear
of what the other put as well. DynamoDB orders them.

moto copies every table that a transaction names, once per item, and puts the copies back where it cancels: that takes
longer with each item of the table, and undoes what others wrote in the meantime.
"""

import copy
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

_plain = DynamoDBBackend.transact_write_items
_one_at_a_time = threading.RLock()
Place = tuple[str, dict[str, Any]]
"""A table's name and an item's key."""


def install() -> None:
    """Extend moto."""
    vars(models)["copy"] = SimpleNamespace(deepcopy=_deepcopy, copy=copy.copy)
    DynamoDBBackend.transact_write_items = _transact  # type: ignore[method-assign]  # the extension itself
    for name in ("put_item", "update_item", "delete_item"):
        setattr(DynamoHandler, name, _in_turn(getattr(DynamoHandler, name)))


def _in_turn(plain: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
    """Answer a request before the next one is looked at."""

    def answer(self: DynamoHandler) -> Any:
        with _one_at_a_time:
            return plain(self)

    return answer


def _deepcopy(value: Any) -> Any:
    """Copy anything but a table: putting a table back in its own place changes nothing."""
    return value if isinstance(value, Table) else copy.deepcopy(value)


def _transact(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    with _one_at_a_time:
        before = [(place, _attributes(self, place)) for place in map(_place(self), transact_items) if place]
        try:
            _plain(self, transact_items)
        except Exception:
            for place, attributes in before:
                _restore(self, place, attributes)
            raise


def _place(backend: DynamoDBBackend) -> Any:
    def place(item: dict[str, Any]) -> Place | None:
        """Find what an operation writes; None where it writes nothing, or moto will refuse it."""
        kind, operation = next(iter(item.items()))
        table = backend.tables.get(operation.get("TableName", ""))
        if kind == "ConditionCheck" or table is None:
            return None
        if kind != "Put":
            return operation["TableName"], operation["Key"]
        keys = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
        if not all(name in operation["Item"] for name in keys):
            return None
        return operation["TableName"], {name: operation["Item"][name] for name in keys}

    return place


def _attributes(backend: DynamoDBBackend, place: Place) -> dict[str, Any] | None:
    item = backend.get_item(*place)
    return copy.deepcopy(item.to_json()["Attributes"]) if item else None


def _restore(backend: DynamoDBBackend, place: Place, attributes: dict[str, Any] | None) -> None:
    if attributes is not None:
        backend.put_item(place[0], attributes)
    elif backend.get_item(*place):
        backend.delete_item(*place)
