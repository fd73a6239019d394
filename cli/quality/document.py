"""The document that `quality --json` prints; docs/lake.md describes its keys."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cli.quality.measured import Measured
from lake.engine import Record
from lake.fairness import Outcomes, pairs
from lake.hours import Interval


def document(endpoint: str, interval: Interval, measured: Measured) -> dict[str, Any]:
    """Describe all that was measured."""
    since, until = (moment.isoformat() for moment in interval.utc)
    return {
        "endpoint": endpoint,
        "since": since,
        "until": until,
        "files": len(measured.files.captures) + len(measured.files.truths),
        "bytes": measured.files.size,
        "coverage": [_plain(each) for each in measured.coverage],
        "faults": [_plain(each) for each in measured.faults],
        "quality": [_plain(each) for each in measured.figures],
        "fairness": [_of_groups(*key, groups) for key, groups in measured.groups.items()],
        "drift": {what: [asdict(change) for change in changes] for what, changes in measured.changes.items()},
        "absent": list(measured.absent),
        "verdict": {**asdict(measured.verdict), "kind": measured.verdict.kind.value} if measured.verdict else None,
    }


def _plain(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "endpoint"}


def _of_groups(variant: str, column: str, groups: Mapping[str, Outcomes]) -> dict[str, Any]:
    return {
        "variant": variant,
        "column": column,
        "groups": [{"group": name, **asdict(each), **_rates(each)} for name, each in groups.items()],
        "pairs": [asdict(pair) for pair in pairs(groups)],
    }


def _rates(each: Outcomes) -> dict[str, float | None]:
    return {
        "selection_rate": each.selection_rate,
        "true_positive_rate": each.true_positive_rate,
        "false_positive_rate": each.false_positive_rate,
    }
