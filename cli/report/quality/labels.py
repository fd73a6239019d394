"""How many answers are labelled, how long their truths took, and what was wrong with the others."""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.quantities import count, duration
from cli.report.page import narrow, wide
from cli.report.quality.arms import NARROW, look, ordered, printable, share
from cli.report.quality.gathered import Gathered
from cli.report.section import Part, Table
from cli.report.shapes import Chart, Frame, Label, Line, Tick, apart, joined, stairs
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.quality.coverage import Coverage

_COUNTS = ("doubled", "contradictory", "late", "unfit")
_HOURS = (1, 2, 3, 6, 12, 24, 48, 96, 168)


def part(gathered: Gathered) -> Part:
    """Compose table and picture, or say why nothing is labelled."""
    if not gathered.delays:
        return Part("Labels", silence(gathered), table=table(gathered))
    told = uneven(gathered)
    sentence = f"{told[:1].upper()}{told[1:]}. " if told else ""
    caption = (
        f"{sentence}The share of each variant's answers whose truth had come, by the hours that it took: from the"
        " hour of the inference to that of the truth's folder. Truths come up to"
        f" {duration(gathered.schema.window)} after the inference; what is still to come is not in it."
    )
    charts = curve(gathered, wide(200)), curve(gathered, narrow(190))
    return Part("Labels", caption, charts, table(gathered))


def silence(gathered: Gathered) -> str:
    """Say why nothing is known of how good the answers were."""
    if gathered.asked.truths is None:
        return "No truths were given, so nobody can say how good the answers were: --truths names their folder."
    files = len(gathered.measured.files.truths)
    if not files:
        where = printable(f"{gathered.asked.truths}/{gathered.asked.endpoint}")
        return f"{where} has no truths of these hours: nobody can say yet how good the answers were."
    return f"Of what {count(files, 'file')} of truths say nothing belongs to these answers, or can be read."


def uneven(gathered: Gathered) -> str:
    """Say where truths come more often for one arm, as the judge's own look at it does; else empty."""
    told = gathered.measured.coverage
    return Coverage({printable(each["variant"]): Arm(each["labelled"], each["answered"]) for each in told}).uneven


def table(gathered: Gathered) -> Table:
    """Arrange coverage by variant; without truths there are answers alone."""
    told = {record["variant"]: record for record in gathered.measured.coverage}
    names = ordered(told)
    rows = [("answered", *(f"{told[name]['answered']:,}" for name in names))]
    if gathered.asked.truths is not None:
        rows += [
            ("labelled", *(_labelled(told[name]) for name in names)),
            ("half of the truths came within", *(_within(gathered, name, 0.5) for name in names)),
            ("nine tenths came within", *(_within(gathered, name, 0.9) for name in names)),
            *((f"{flag} truths", *(f"{told[name][flag]:,}" for name in names)) for flag in _COUNTS),
        ]
    rows.append(("cells that are no number", *(f"{told[name]['unread']:,}" for name in names)))
    return Table(("rows", *map(printable, names)), tuple(rows))


def _labelled(record: Mapping[str, Any]) -> str:
    return f"{record['labelled']:,} ({share(record['labelled'] / record['answered'])})"


def _within(gathered: Gathered, name: str, part_: float) -> str:
    return f"{gathered.delays[name].within(part_):,} h" if name in gathered.delays else "-"


def points(gathered: Gathered, name: str) -> Iterator[tuple[int, float]]:
    """Tell which share of a variant's answers had its truth within so many hours, from 0 hours on."""
    answered = {record["variant"]: record["answered"] for record in gathered.measured.coverage}[name]
    steps = [(hours, rows / answered) for hours, rows in gathered.delays[name].curve()]
    if steps[0][0]:
        yield 0, 0.0
    yield from steps


def curve(gathered: Gathered, frame: Frame) -> Chart:
    """Draw the labelled share by the hours that truths took, as stairs; each goes on to the right end."""
    longest = max(hours for each in gathered.delays.values() for hours, _ in each.counts)
    x, y = frame.across(0, longest), frame.up(0, 1)
    names = [name for name in gathered.variants if name in gathered.delays]
    found = {name: list(points(gathered, name)) for name in names}
    paths = {
        name: stairs([*((x(hours), y(part_)) for hours, part_ in steps), (x(x.high), y(steps[-1][1]))])
        for name, steps in found.items()
    }
    return Chart(
        frame=frame,
        summary="Share of answers whose truth had come, by hours. "
        + ", ".join(f"{printable(name)} {share(steps[-1][1])} in the end" for name, steps in found.items())
        + ".",
        x_ticks=tuple(Tick(x(hours), f"{hours:,} h") for hours in _hours(longest, frame)),
        y_ticks=tuple(Tick(y(place / 4), f"{25 * place} %") for place in range(5)),
        lines=tuple(Line(look(name), joined(path), printable(name)) for name, path in paths.items()),
        labels=_ends(found, frame),
    )


def _hours(longest: int, frame: Frame) -> range:
    room = 4 if frame.width < NARROW else 8
    step = next((step for step in _HOURS if longest / step <= room), _HOURS[-1])
    return range(0, max(longest, 1) + 1, step)


def _ends(found: Mapping[str, list[tuple[int, float]]], frame: Frame) -> tuple[Label, ...]:
    y, right = frame.up(0, 1), frame.width - frame.right + 8
    labels = (
        Label(look(name), right, y(steps[-1][1]) + 4, f"{printable(name)} {share(steps[-1][1])}")
        for name, steps in found.items()
    )
    return apart(labels, frame)
