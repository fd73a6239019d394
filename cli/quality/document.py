"""The document that `quality --json` prints; docs/lake.md describes its keys."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cli.quality.measured import Measured
from lake.engine import Record
from lake.fairness import Outcomes, pairs
from lake.hours import Interval
from lake.worse import Search
from lambdas.rollout.judge.verdict import Arm


def document(endpoint: str, interval: Interval, measured: Measured) -> dict[str, Any]:
    """Describe all that was measured."""
    since, until = (moment.isoformat() for moment in interval.utc)
    return {
        "endpoint": endpoint,
        "since": since,
        "until": until,
        "files": len(measured.files.captures) + len(measured.files.truths),
        "bytes": measured.files.size,
        "scanned": measured.scanned,
        "coverage": [_plain(each) for each in measured.coverage],
        "faults": [_plain(each) for each in measured.faults],
        "quality": [_plain(each) for each in measured.figures],
        "fairness": [_of_groups(*key, groups) for key, groups in measured.groups.items()],
        "drift": {what: [asdict(change) for change in changes] for what, changes in measured.changes.items()},
        "absent": list(measured.absent),
        "verdict": {**asdict(measured.verdict), "kind": measured.verdict.kind.value} if measured.verdict else None,
        "segments": _segments(measured.segments),
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


def _segments(search: Search) -> dict[str, Any]:
    return {
        "summary": search.summary,
        "searched": search.searched,
        "too_few": search.too_few,
        "left_out": search.left_out,
        "alone": search.alone,
        "worse": [
            {
                "segment": each.segment.name,
                "difference": each.segment.difference,
                "p_value": each.p_value,
                "canary": _wrong(each.segment.canary),
                "stable": _wrong(each.segment.stable),
            }
            for each in search.worse
        ],
        "more": search.more,
    }


def _wrong(arm: Arm) -> dict[str, int]:
    return {"wrong": arm.bad, "labelled": arm.total}
