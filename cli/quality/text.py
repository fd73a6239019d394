"""The tables that `quality` shows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.quality.measured import Measured
from cli.report.quality.arms import printable
from lake.drift import Change
from lake.fairness import Outcomes, Pair, pairs
from lake.hours import Interval
from lake.verdict import drifted
from lake.worse import Search

_HIDDEN = ("endpoint", "mean_score")


def text(endpoint: str, interval: Interval, measured: Measured) -> RenderableType:
    """Show all that was measured, the sentence first."""
    since, until = interval.utc
    heading = f"{endpoint}, {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
    return Group(Text(heading, "bold"), *_parts(measured))


def _parts(measured: Measured) -> Iterator[RenderableType]:
    files = len(measured.files.captures) + len(measured.files.truths)
    scanned = "" if measured.scanned is None else f"; Athena scanned {measured.scanned / 1e6:,.1f} MB in all"
    yield Text(f"{files} files, {measured.files.size / 1e6:,.1f} MB{scanned}", "dim")
    if measured.verdict:
        yield Text(measured.verdict.sentence)
    yield from _records("answers and their truths", measured.coverage)
    yield from _records("not readable", measured.faults)
    yield from _records("quality", measured.figures)
    yield from _segments(measured.segments)
    yield from _fairness(measured)
    for what, changes in measured.changes.items():
        yield from _table(f"drift: {what}", _CHANGE, _changes(changes))
    if measured.absent:
        yield Text(f"not in the baseline: {', '.join(measured.absent)}")


def _records(title: str, records: Sequence[dict[str, Any]]) -> Iterator[RenderableType]:
    if records:
        columns = [name for name in records[0] if name not in _HIDDEN]
        yield from _table(title, columns, ([record[name] for name in columns] for record in records))


def _segments(search: Search) -> Iterator[RenderableType]:
    yield Text("\nsegments", "bold")
    yield Text(search.summary)
    # Values of categories are users' texts: neither markup nor a terminal's commands.
    yield from (Text(printable(str(each))) for each in search.worse)
    if search.more:
        yield Text(f"and for {search.more:,} more")


def _fairness(measured: Measured) -> Iterator[RenderableType]:
    columns = ("variant", "column", "group", "decisions", "unfavourable", "selected", "true pos.", "false pos.")
    rows = (
        (variant, column, name, *_outcomes(each))
        for (variant, column), groups in measured.groups.items()
        for name, each in groups.items()
    )
    if measured.groups:
        yield from _table("decisions by group", columns, rows)
        compared = ("variant", "column", "groups", "parity difference", "impact ratio", "odds difference")
        yield from _table(
            "groups compared",
            compared,
            (
                (variant, column, f"{pair.one}, {pair.other}", *_apart(pair))
                for (variant, column), groups in measured.groups.items()
                for pair in pairs(groups)
            ),
        )


def _outcomes(each: Outcomes) -> tuple[float | None, ...]:
    rates = (each.selection_rate, each.true_positive_rate, each.false_positive_rate)
    return (each.decisions, each.unfavourable, *rates)


def _apart(pair: Pair) -> tuple[float | None, ...]:
    return (pair.parity_difference, pair.impact_ratio, pair.odds_difference)


_CHANGE = ("feature", "before", "after", "PSI", "JS distance", "KS", "p", "missing", "new", "drifted")


def _changes(changes: Sequence[Change]) -> Iterator[Sequence[Any]]:
    called = {each.feature for each in drifted(changes)}
    for each in changes:
        yield (
            each.feature,
            each.before,
            each.after,
            each.psi,
            each.distance,
            each.statistic,
            each.p_value,
            f"{_share(each.missing_before, each.before)} to {_share(each.missing_after, each.after)}",
            ", ".join(each.new[:3]) + (" …" if len(each.new) > 3 else ""),
            "yes" if each.feature in called else "",
        )


def _share(missing: int, present: int) -> str:
    return f"{missing / (missing + present):.1%}" if missing + present else "-"


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[RenderableType]:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column.replace("_", " "))
    for row in rows:
        # Categories and groups are users' texts: never markup.
        table.add_row(*(Text(_said(value)) for value in row))
    yield Text(f"\n{title}", "bold")
    yield table


def _said(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
