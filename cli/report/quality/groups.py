"""The pictures of what each variant decides on each group of people: counts and shares, never a person's row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cli.report.quality.arms import LETTER, NARROW, fitting, look, printable, share
from cli.report.quality.gathered import Gathered
from cli.report.section import Part
from cli.report.shapes import Chart, Dot, Frame, Label, Line, Tick, joined
from lake.bounds import Bounds, wilson
from lake.fairness import FEWEST, Outcomes

_LINE, _GAP = 16.0, 12.0


@dataclass(frozen=True, slots=True)
class Chances:
    """A group's favourable decisions by a variant, with Wilson's 95 % bounds; None where nothing was decided."""

    variant: str
    group: str
    decisions: int
    favourable: int

    @property
    def too_few(self) -> bool:
        """Whether there are too few decisions to say anything."""
        return self.decisions < FEWEST

    @property
    def rate(self) -> float | None:
        """The share that is favourable."""
        return self.favourable / self.decisions if self.decisions else None

    @property
    def bounds(self) -> Bounds | None:
        """Between which bounds the share lies."""
        return wilson(self.favourable, self.decisions) if self.decisions else None


def chances(gathered: Gathered, column: str) -> tuple[Chances, ...]:
    """Count every group of a column that the schema names, by every variant; nobody is left out for being few."""
    none: Mapping[str, Outcomes] = {}
    return tuple(
        Chances(variant, group, met.decisions, met.decisions - met.unfavourable)
        for group in gathered.schema.groups[column]
        for variant in gathered.variants
        for met in [gathered.measured.groups.get((variant, column), none).get(group, Outcomes(0, 0))]
    )


def parts(gathered: Gathered) -> Iterator[Part]:
    """Compose a picture per column of groups, or say why there is none."""
    predicted = gathered.schema.predicted
    if predicted.good is None:
        if gathered.schema.groups:
            why = "A predicted number is neither favourable nor not" if predicted.number else "No class is favourable"
            yield Part("Groups", f"{why}: nothing is told of groups.")
        return
    good = printable(predicted.good)
    for column in gathered.schema.groups:
        found = chances(gathered, column)
        caption = (
            f"Share of the answers to each group that are favourable ({good}), with Wilson's 95 %"
            f" intervals. Hollow: fewer than {FEWEST} decisions, too few to say. Whoever is in none of the groups is"
            " not shown."
        )
        rows = len(gathered.schema.groups[column])
        height = 52 + rows * (_GAP + _LINE * len(gathered.variants))
        frames = Frame(960, height, left=160, right=190), Frame(420, height, left=110, right=110)
        title = f"Groups by {printable(column)}"
        yield Part(title, caption, (chart(title, found, frames[0]), chart(title, found, frames[1])))


def chart(title: str, found: tuple[Chances, ...], frame: Frame) -> Chart:
    """Draw a dot with its bounds for each group and variant."""
    x = frame.across(0, 1)
    variants = tuple(dict.fromkeys(each.variant for each in found))
    pitch = _GAP + _LINE * len(variants)
    heights = [
        frame.top + place // len(variants) * pitch + _GAP / 2 + _LINE * (place % len(variants) + 0.5)
        for place in range(len(found))
    ]
    groups = dict.fromkeys(each.group for each in found)
    placed = list(zip(found, heights, strict=True))
    return Chart(
        frame=frame,
        summary=f"{title}: share of favourable answers. {'; '.join(map(_told, found))}.",
        x_ticks=tuple(Tick(x(place / 4), f"{25 * place} %") for place in range(5)),
        y_ticks=tuple(
            Tick(round(frame.top + (place + 0.5) * pitch, 2), fitting(group, frame.left - 12))
            for place, group in enumerate(groups)
        ),
        lines=tuple(
            Line(f"whisker {look(each.variant)}", joined((x(edge), y) for edge in each.bounds))
            for each, y in placed
            if each.bounds
        ),
        dots=tuple(
            Dot(f"{look(each.variant)}{' hollow' * each.too_few}", x(each.rate), y, 4, _told(each))
            for each, y in placed
            if each.rate is not None
        ),
        labels=(*_legend(variants, frame), *(_label(each, y, frame) for each, y in placed)),
    )


def _told(each: Chances) -> str:
    who = f"{printable(each.group)}, {printable(each.variant)}"
    if each.rate is None or each.bounds is None:
        return f"{who}: no decisions"
    few = ", too few to say" if each.too_few else ""
    low, high = map(share, each.bounds)
    return f"{who}: {share(each.rate)}, {each.favourable:,} of {each.decisions:,} (95 %: {low} to {high}{few})"


def _label(each: Chances, y: float, frame: Frame) -> Label:
    """Say the share beside its dot's line, and instead of it that there are too few to have one."""
    right, brief = frame.width - frame.right + 8, frame.width < NARROW
    if not each.decisions:
        return Label("", right, y + 4, "no decisions")
    if each.too_few:
        return Label(look(each.variant), right, y + 4, f"too few: {each.decisions}")
    text = share(each.rate or 0.0)
    return Label(look(each.variant), right, y + 4, text if brief else f"{text} of {each.decisions:,}")


def _legend(variants: tuple[str, ...], frame: Frame) -> Iterator[Label]:
    start = frame.left
    for name in variants:
        yield Label(look(name), round(start, 2), frame.top - 11, fitting(name, 160))
        start += LETTER * len(fitting(name, 160)) + 20
