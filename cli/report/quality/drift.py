"""The picture of how far requests and answers are from each other, and from the baseline, feature by feature."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from cli.quality.measured import APART, Measured, from_baseline
from cli.report.quality.arms import LETTER, NARROW, fitting, look, ordered, printable
from cli.report.quality.gathered import Gathered
from cli.report.scale import Scale
from cli.report.section import Part
from cli.report.shapes import Chart, Frame, Label, Line, Rule, Tick, joined
from lake.drift import Change
from lake.verdict import drifted
from lambdas.rollout.quality.shift import PSI

_MOST = 20
"""Features at most; those that are left out are the least."""
_BAR, _GAP = 15.0, 12.0
_TOPS = (0.3, 0.6, 1.0)
"""Where the axis ends; a bar that is longer is cut, and its number stands beside it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One comparison of a feature: the greater index of its values and of how often they are missing, if known."""

    compared: str
    look: str
    psi: float | None
    missing: bool
    drifted: bool
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A feature with a bar per comparison."""

    feature: str
    bars: tuple[Bar, ...]

    @property
    def rank(self) -> tuple[bool, float]:
        """Sort the worst first."""
        return (not any(bar.drifted for bar in self.bars), -max(bar.psi or 0.0 for bar in self.bars))


def part(gathered: Gathered) -> Part:
    """Compose picture and caption, or say why there is nothing to compare."""
    measured = gathered.measured
    found = rows(measured)
    said = [printable(measured.verdict.sentence)] if measured.verdict else [_alone(gathered)]
    absent = ", ".join(printable(name) for name in measured.absent)
    left_out = [f"The baseline lacks {absent}, or has it as another kind."] if measured.absent else []
    if not found:
        return Part("Drift", " ".join([*said, *left_out]))
    shown = found[:_MOST]
    caption = [*said, _HOW, *left_out, *_rest(found[_MOST:])]
    height = 52 + len(shown) * (_GAP + _BAR * len(shown[0].bars))
    frames = Frame(960, height, left=210, right=190), Frame(420, height, left=120, right=104)
    return Part("Drift", " ".join(caption), (chart(shown, frames[0]), chart(shown, frames[1])))


_HOW = (
    f"Bars: the population stability index (PSI) of each feature, the worst first. A feature has drifted where the"
    f" line at {PSI} is reached and the difference is more than chance (adjusted p at most 0.01)."
)


def _alone(gathered: Gathered) -> str:
    if gathered.asked.baseline is not None:
        return f"Only {printable(gathered.variants[0])} was captured: it is compared with the baseline alone."
    names = ", ".join(map(printable, gathered.variants))
    return f"Of {names} alone there is nothing to compare: a canary's and stable's captures are, and a --baseline."


def _rest(left_out: Sequence[Row]) -> Iterator[str]:
    if left_out:
        greatest = max(bar.psi or 0.0 for row in left_out for bar in row.bars)
        marked = sum(any(bar.drifted for bar in row.bars) for row in left_out)
        yield f"{len(left_out)} more features, {marked or 'none'} of them drifted, are at {greatest:.2g} at most."


def rows(measured: Measured) -> tuple[Row, ...]:
    """Arrange the changes by feature, the worst first; both variants' comparison comes before the baseline's."""
    found: dict[str, list[Bar]] = {}
    for compared, style in _comparisons(measured.changes):
        called = {each.feature for each in drifted(measured.changes[compared])}
        for change in measured.changes[compared]:
            bar = _bar(change, compared, style, called=change.feature in called)
            found.setdefault(change.feature, []).append(bar)
    return tuple(sorted((Row(name, tuple(bars)) for name, bars in found.items()), key=lambda row: row.rank))


def _comparisons(changes: Mapping[str, Sequence[Change]]) -> Iterator[tuple[str, str]]:
    if APART in changes:
        yield APART, "apart"
    names = ordered(compared.removesuffix(from_baseline("")) for compared in changes if compared != APART)
    yield from ((from_baseline(name), look(name)) for name in names)


def _bar(change: Change, compared: str, style: str, *, called: bool) -> Bar:
    values, gone = change.psi, change.missing_psi
    missing = gone is not None and gone > (values or 0.0)
    psi, p_value = (gone, change.missing_p_value) if missing else (values, change.p_value)
    counts = f"{change.before:,} rows before, {change.after:,} after; {change.missing_before:,} and "
    index = "not known" if psi is None or p_value is None else f"PSI {psi:.3g}, p {p_value:.2g} by itself"
    title = (
        f"{printable(change.feature)}, {printable(compared)}: {index}{' of missing values' if missing else ''}"
        f"{', drifted' if called else ''} ({counts}{change.missing_after:,} without a value)"
    )
    return Bar(compared, style, psi, missing, called, title)


def chart(shown: Sequence[Row], frame: Frame) -> Chart:
    """Draw a bar per feature and comparison, with its index beside it and the line at which a change is great."""
    greatest = max(bar.psi or 0.0 for row in shown for bar in row.bars)
    top = next((top for top in _TOPS if greatest <= top), _TOPS[-1])
    x = frame.across(0, top)
    heights = list(accumulate((_GAP + _BAR * len(row.bars) for row in shown), initial=frame.top))
    placed = [
        (bar, start + _GAP / 2 + _BAR * (place + 0.5))
        for row, start in zip(shown, heights, strict=False)
        for place, bar in enumerate(row.bars)
    ]
    middles = [(start + end) / 2 for start, end in pairwise(heights)]
    return Chart(
        frame=frame,
        summary=_summary(shown),
        x_ticks=tuple(_ticks(x, top, greatest)),
        y_ticks=tuple(Tick(y, fitting(row.feature, frame.left - 12)) for row, y in zip(shown, middles, strict=True)),
        rules=(Rule("threshold", x(PSI), f"PSI {PSI}: from here on a change is great"),),
        lines=tuple(Line(f"bar {bar.look}", _path(bar, x, y, top), bar.title) for bar, y in placed),
        labels=(*_legend(shown[0].bars, frame), *(_value(bar, y, frame) for bar, y in placed)),
    )


def _summary(shown: Sequence[Row]) -> str:
    marked = [printable(row.feature) for row in shown if any(bar.drifted for bar in row.bars)]
    first = shown[0]
    worst = max(bar.psi or 0.0 for bar in first.bars)
    return (
        f"Population stability index per feature. Drifted: {', '.join(marked) or 'none'}."
        f" First {printable(first.feature)}, at {worst:.2f}."
    )


def _ticks(x: Scale, top: float, greatest: float) -> Iterator[Tick]:
    step = 0.1 if top < 0.5 else 0.2
    for place in range(round(top / step) + 1):
        beyond = "≥ " if place * step >= top - 1e-9 and greatest > top else ""
        yield Tick(x(place * step), f"{beyond}{place * step:.1g}")


def _path(bar: Bar, x: Scale, y: float, top: float) -> str:
    """Draw an index of nothing as a hair, and one that is not known not at all."""
    if bar.psi is None:
        return ""
    return joined([(x(0), y), (max(x(min(bar.psi, top)), x(0) + 1), y)])


def _value(bar: Bar, y: float, frame: Frame) -> Label:
    right, brief = frame.width - frame.right + 8, frame.width < NARROW
    if bar.psi is None:
        return Label("", right, y + 4, "no values" if brief else "no values to compare")
    missing = " (missing)" if bar.missing and not brief else ""
    return Label("back" if bar.drifted else "", right, y + 4, f"{bar.psi:.2f}{' drifted' * bar.drifted}{missing}")


def _legend(bars: Sequence[Bar], frame: Frame) -> Iterator[Label]:
    start = frame.left if frame.width >= NARROW else 8.0
    for bar in bars:
        yield Label(bar.look, round(start, 2), frame.top - 11, bar.compared)
        start += LETTER * len(bar.compared) + 10
