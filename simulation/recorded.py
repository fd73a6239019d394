"""Reading recorded traffic: a table in CSV or Parquet, or what ``aws cloudwatch get-metric-data`` answers.

A table has the columns ``at`` (a timestamp in UTC, or seconds since the epoch), ``requests`` and ``errors``
(counts), and may have ``p50`` and ``p99`` (milliseconds) and ``variant`` (``stable`` or ``canary``; without it, all
rows are stable's). CloudWatch's answer (JSON) has these names as the ids of its queries; its latencies are
microseconds, as ModelLatency is.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from simulation.traffic import Moment, Recording

_COUNTS, _LATENCIES = ("requests", "errors"), ("p50", "p99")
Row = dict[str, Any]


class UnreadableError(Exception):
    """The file is no recording; the message says why."""


def read(path: Path, p50: float, p99: float) -> Recording:
    """Read a recording; where it has no latency, the given one (milliseconds) is taken. Raises `UnreadableError`."""
    try:
        rows = _answer(path) if path.suffix == ".json" else _table(path)
        return _recording([_numbers(row) for row in rows], {"p50": p50, "p99": p99})
    except (OSError, duckdb.Error, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{path} is no recording: {_why(error)}") from error


def _why(error: Exception) -> str:
    return f"it lacks {error}" if isinstance(error, KeyError) else str(error).partition("\n")[0]


def _table(path: Path) -> list[Row]:
    """Let DuckDB read the file, with the types that it finds."""
    with path.open("rb"), duckdb.connect() as connection:
        relation = connection.read_parquet(str(path)) if path.suffix == ".parquet" else connection.read_csv(str(path))
        return [dict(zip(relation.columns, values, strict=True)) for values in relation.fetchall()]


def _answer(path: Path) -> list[Row]:
    """Turn CloudWatch's series into rows; microseconds become milliseconds."""
    rows: dict[str, dict[str, Any]] = {}
    for series in json.loads(path.read_text())["MetricDataResults"]:
        name = series["Id"]
        scale = 0.001 if name in _LATENCIES else 1.0
        for at, value in zip(series["Timestamps"], series["Values"], strict=True):
            rows.setdefault(at, {"at": datetime.fromisoformat(at), "errors": 0.0})[name] = scale * value
    return list(rows.values())


def _numbers(row: Row) -> Row:
    """Make numbers of a row: seconds since the epoch, counts, milliseconds; refuses what is none of them."""
    counts = {name: float(row[name]) for name in _COUNTS}
    if not 0 <= counts["errors"] <= counts["requests"]:
        raise ValueError(f"{counts['errors']:g} errors of {counts['requests']:g} requests at {row['at']}")
    latencies = {name: float(row[name]) for name in _LATENCIES if row.get(name) is not None}
    return {"at": _seconds(row["at"]), "variant": row.get("variant", STABLE), **counts, **latencies}


def _seconds(at: Any) -> float:
    if isinstance(at, datetime):
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return float(at)


def _recording(rows: Sequence[Row], usual: Row) -> Recording:
    stable = sorted((row for row in rows if row["variant"] == STABLE), key=lambda row: float(row["at"]))
    canary = [row for row in rows if row["variant"] == CANARY]
    if len(stable) + len(canary) < len(rows):
        raise ValueError(f"variants are {STABLE} and {CANARY}")
    every = min((after["at"] - before["at"] for before, after in pairwise(stable)), default=0.0)
    if every <= 0 or not any(row["requests"] for row in stable):
        raise ValueError("it takes requests of stable at two times at least, each given once")
    beside = {row["at"]: row["requests"] for row in canary}
    moments = [_moment(usual | row, row["requests"] + beside.get(row["at"], 0.0), every) for row in stable]
    return Recording(every, tuple(moments), _error_times(_pooled(canary), _pooled(stable)))


def _moment(row: Row, requests: float, every: float) -> Moment:
    rate = row["errors"] / row["requests"] if row["requests"] else 0.0
    p50 = max(row["p50"], 0.001)
    return Moment(requests / every, rate, p50, max(row["p99"], p50))


def _pooled(rows: Iterable[Row]) -> Arm:
    counts = [(row["errors"], row["requests"]) for row in rows]
    return Arm(round(sum(bad for bad, _ in counts)), round(sum(total for _, total in counts)))


def _error_times(canary: Arm, stable: Arm) -> float:
    """How many times as often as stable the recorded canary failed; once where none was, or nothing failed."""
    return canary.rate / stable.rate if canary.total and stable.bad else 1.0
