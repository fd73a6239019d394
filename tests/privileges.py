"""What roles were granted in a run's whole deploys, beside what they called: nothing missing, nothing unused.

Every sandbox of the run writes both down (`sandbox.iam.journal`); `tests.conftest` compares them at the end.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SCENES = (
    "tests/e2e/test_challengers.py",
    "tests/e2e/test_judge.py",
    "tests/e2e/test_rollout.py",
    "tests/e2e/test_sticky_rollout.py",
    "tests/stacks/test_asynchronous.py",
    "tests/stacks/test_flags_taken_back.py",
    "tests/stacks/test_native.py",
    "tests/stacks/test_rewards.py",
    "tests/stacks/test_serving.py",
)
"""The files whose rollouts together make every call: only where all of them passed, nothing may be left over."""

_KINDS = "live|begin|advance|rollback|witness|shadow|router|reward|forget|rollout|flags-monitor"
_OURS = re.compile(rf"serinus-.+?(?:-(?P<kind>{_KINDS}))?")

EXPLAINED = {
    "xray:PutTelemetryRecords": "Lambda and Step Functions send traces; the sandbox keeps none",
    "xray:PutTraceSegments": "Lambda and Step Functions send traces; the sandbox keeps none",
}
"""Grants that no run in the sandbox can show to be used, and why each is there nevertheless."""


class Found(NamedTuple):
    """Calls that were denied, grants that nobody used, and explanations of what is used after all."""

    grants: int
    roles: int
    denied: list[str]
    unused: list[str]
    outdated: list[str]


def compare(journals: Path) -> Found:
    """Compare what all sandboxes wrote down."""
    granted: set[tuple[str, str]] = set()
    called: set[tuple[str, str]] = set()
    denied: set[str] = set()
    for line in _lines(journals.glob("*.jsonl")):
        ours = _OURS.fullmatch(line["role"])
        if not ours:
            continue
        kind = ours["kind"] or "execution"
        granted |= {(kind, action) for action in line.get("granted", ())}
        if line.get("allowed"):
            called.add((kind, line["action"]))
        elif "allowed" in line:
            denied.add(f"{kind} was denied {line['action']} on {line['resource']}")
    unused = {f"{kind} {action}" for kind, action in granted - called if action not in EXPLAINED}
    outdated = {f"{action} is used by {kind}" for kind, action in called if action in EXPLAINED}
    kinds = {kind for kind, _ in granted}
    return Found(len(granted), len(kinds), sorted(denied), sorted(unused), sorted(outdated))


def _lines(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        for line in file.read_text().splitlines():
            yield json.loads(line)
