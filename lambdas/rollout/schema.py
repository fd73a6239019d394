"""The version of what is kept in tables, and how what older versions of Serinus wrote is read.

docs/decisions/0016-ledger-schema.md says when it is raised, and what happens while an upgrade is under way.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from lambdas.rollout.documents import DamagedDocumentError, fields_of, parsed, record_of
from lambdas.rollout.state import EndpointState, Entry, Rollout

T = TypeVar("T")
_Raw = dict[str, Any]

FIRST = 1
"""The version of documents that carry no number."""
SCHEMA = 6
"""The version that is written; it is raised whenever a record gets, loses or changes a field."""


class NewerDocumentError(DamagedDocumentError):
    """A document whose version this program does not know; it is neither read in part nor written over."""


def read(kind: type[T], version: int, text: str) -> T:
    """Read a document of ``version`` as the record ``kind``; what older versions wrote is brought up to date first.

    Raises `NewerDocumentError` for a version to come, and `DamagedDocumentError` for what no version wrote.
    """
    if version > SCHEMA:
        raise NewerDocumentError(
            f"{kind.__name__}: schema {version} was written by a newer Serinus (this one reads up to {SCHEMA}):"
            " deploy it"
        )
    if version < FIRST:
        raise DamagedDocumentError(f"{kind.__name__}: there is no schema {version}; it begins with {FIRST}")
    raw = parsed(kind, text)
    if isinstance(raw, dict):
        for step in STEPS[version - FIRST :]:
            raw = step.get(kind, _unchanged)(raw)
        _require_all(kind, raw)
    return record_of(kind, raw)


def _unchanged(raw: _Raw) -> _Raw:
    return raw


_ROLLOUTS_SINCE: _Raw = {
    "ladders": [],
    "handing_over": False,
    "challengers": [],
    "dropped": [],
    "tested_since": None,
    "refused": None,
    "falling_back": False,
    "load": 0.0,
    "stable_count": 0,
}
"""What rollouts got in the days of version 1, and what those have that were written before."""
_ENTRIES_SINCE: _Raw = {"verdicts": [], "challengers": [], "results": []}


def _complete_state(raw: _Raw) -> _Raw:
    rollout = raw.get("rollout")
    return raw | {"rollout": _ROLLOUTS_SINCE | rollout} if isinstance(rollout, dict) else raw


def _complete_entry(raw: _Raw) -> _Raw:
    return _ENTRIES_SINCE | raw


STEPS: tuple[Mapping[type, Callable[[_Raw], _Raw]], ...] = (
    {EndpointState: _complete_state, Entry: _complete_entry},  # 1 to 2: what may be left out no longer
    {},  # 2 to 3: plans may hold guardrails on groups, and those that hold none are as they were
    {},  # 3 to 4: guardrails may be on Brier's score, and schemas of data may name classes
    {},  # 4 to 5: a shadow may leave the model's quality to later steps
    {},  # 5 to 6: guardrails may be on calibration, and truths may tell what answers earned
)
"""From each version to the next, by the record that changes; a step is never changed once it has been released."""


def _require_all(kind: type, raw: _Raw) -> None:
    """Take no default for what is lost: a rollout without its phase is damaged, and not PENDING."""
    if kind in (EndpointState, Entry):
        _require(kind, raw)
    if kind is EndpointState and isinstance(raw.get("rollout"), dict):
        _require(Rollout, raw["rollout"])


def _require(kind: type, raw: _Raw) -> None:
    if lost := sorted(fields_of(kind) - raw.keys()):
        raise DamagedDocumentError(f"{kind.__name__}: missing keys {lost}")
