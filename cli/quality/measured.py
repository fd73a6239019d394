"""What is measured of an endpoint in an interval, whoever answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lake import fairness, quality
from lake.baseline import gathered, write
from lake.drift import Change, Rows, drift
from lake.engine import Answered, Record
from lake.hours import Interval, capture_globs, files, scanned, truth_globs
from lake.segments import searched
from lake.since import absent, since
from lake.verdict import Verdict, judge
from lake.worse import Search
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.quality.statistics import Statistics

APART = f"{CANARY} to {STABLE}"
"""The comparison of both variants, among `Measured.changes`."""


def from_baseline(variant: str) -> str:
    """Name a variant's comparison with the baseline."""
    return f"{variant} to baseline"


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure: an endpoint's files and interval, and a baseline if there is one."""

    endpoint: str
    captures: str
    truths: str | None
    interval: Interval
    baseline: Statistics | None = None
    write_to: Path | None = None


@dataclass(frozen=True, slots=True)
class Files:
    """The files to read, and how many bytes that will be."""

    captures: tuple[str, ...]
    truths: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The tables: by variant; by variant and fault; by variant and column; changes by what is compared; segments.

    ``scanned`` are the bytes that Athena says it read, of all questions; None where it was not asked.
    """

    files: Files
    coverage: Sequence[Record]
    faults: Sequence[Record]
    figures: Sequence[Record]
    groups: Mapping[tuple[str, str], Mapping[str, fairness.Outcomes]]
    changes: Mapping[str, Sequence[Change]]
    absent: Sequence[str]
    verdict: Verdict | None
    segments: Search
    scanned: int | None = None


def found(schema: Schema, asked: Asked) -> Files:
    """Find the files of the interval's hours; nothing else is read."""
    captures = files(capture_globs(asked.captures, asked.endpoint, asked.interval))
    truths = (
        files(truth_globs(f"{asked.truths}/{asked.endpoint}", asked.interval, schema.window)) if asked.truths else ()
    )
    return Files(captures, truths, scanned([*captures, *truths]))


def measure(lake: Answered, asked: Asked, read: Files) -> Measured:
    """Ask all questions of what was read; writes stable's baseline where that is asked for."""
    coverage = lake.ask(quality.coverage())
    variants = {record["variant"] for record in coverage}
    changes = _changes(lake, asked.baseline, variants)
    if asked.write_to is not None:
        asked.write_to.mkdir(parents=True, exist_ok=True)
        write(asked.write_to, gathered(lake, Rows.of(STABLE)))
    fair = lake.schema.groups and lake.schema.predicted.good is not None
    return Measured(
        files=read,
        coverage=coverage,
        faults=lake.ask(quality.faults()),
        figures=lake.ask(quality.quality(lake.schema)),
        groups=fairness.outcomes(lake.ask(fairness.by_group(lake.schema))) if fair else {},
        changes=changes,
        absent=absent(lake, asked.baseline) if asked.baseline is not None else (),
        verdict=_verdict(changes),
        segments=searched(lake, variants),
    )


def _verdict(changes: Mapping[str, Sequence[Change]]) -> Verdict | None:
    """Say what the changes mean, where both variants were captured."""
    if APART not in changes:
        return None
    stable, canary = (changes.get(from_baseline(variant), ()) for variant in (STABLE, CANARY))
    return judge(changes[APART], stable, canary)


def _changes(lake: Answered, known: Statistics | None, variants: set[str]) -> dict[str, Sequence[Change]]:
    changes: dict[str, Sequence[Change]] = {}
    if {STABLE, CANARY} <= variants:
        changes[APART] = drift(lake, Rows.of(STABLE), Rows.of(CANARY))
    if known is not None:
        changes |= {from_baseline(variant): since(lake, known, Rows.of(variant)) for variant in sorted(variants)}
    return changes
