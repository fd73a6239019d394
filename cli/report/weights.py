"""The picture of weights over time: what the ledger intended, and what SageMaker served."""

from collections.abc import Iterator

from cli.quantities import percent, utc
from cli.report import challengers
from cli.report.axis import decision_rules, time_axis, time_scale
from cli.report.scale import Scale
from cli.report.shapes import Chart, Dot, Frame, Label, Line, Tick, apart, joined, stairs
from cli.story import Story
from lambdas.rollout.plan import FULL
from lambdas.rollout.state import Entry, Kind

_LETTER = 7.0
"""A letter's width in pixels, about."""
_NAMES = {
    Kind.PAUSE: ("paused", "paused"),
    Kind.RESUME: ("resumed", "step"),
    Kind.PROMOTE: ("promoted", "promoted"),
    Kind.ROLL_BACK: ("rolled back", "back"),
    Kind.SUPERSEDE: ("superseded", "back"),
}
"""Decisions named above the plot, and how they look; an ADVANCE is named by its weight."""


def weights(story: Story, frame: Frame) -> Chart:
    """Draw the canary's live share as an area, the rest as stable's, and the intent as a line."""
    x, y = time_scale(story, frame), frame.up(0, FULL)
    end, floor = x(x.high), y(0)
    live = stairs([*((x(e.at), y(e.live_weight)) for e in story.entries if e.live_weight is not None)])
    served = (*live, (end, live[-1][1])) if live else ()
    intent = (*stairs((x(e.at), y(e.weight)) for e in story.entries), (end, y(story.entries[-1].weight)))
    areas = []
    if served:
        first = served[0][0]
        top = [(first, y(FULL)), *served, (end, y(FULL))]
        bottom = [(first, floor), *served, (end, floor)]
        areas = [Line("stable", joined(top) + " Z"), Line("canary", joined(bottom) + " Z")]
    return Chart(
        frame=frame,
        summary=_summary(story),
        x_ticks=time_axis(story, frame),
        y_ticks=tuple(Tick(y(weight), percent(weight)) for weight in range(0, FULL + 1, 2_500)),
        rules=decision_rules(story, frame),
        areas=(*areas, *challengers.bands(story, frame), *_shadow(story, x, frame)),
        lines=(Line("canary", joined(served)), Line("intent", joined(intent), "what the ledger intended")),
        dots=tuple(_dots(story, frame)),
        labels=(*_step_labels(story, frame), *_ends(story, frame), *challengers.names(story, frame)),
    )


def _summary(story: Story) -> str:
    steps = ", ".join(story.step_name(entry) for entry in story.decisions if entry.kind is Kind.ADVANCE)
    return f"The canary's share of traffic over time; steps: {steps or 'none'}; now {story.phase}."


def _shadow(story: Story, x: Scale, frame: Frame) -> Iterator[Line]:
    """Mark the time in which the canary got copies and nobody got its answers."""
    if story.shadow:
        left, right = map(x, story.shadow)
        top, floor = frame.top, frame.height - frame.bottom
        box = joined([(left, top), (right, top), (right, floor), (left, floor)])
        yield Line("shadow", f"{box} Z")


def _dots(story: Story, frame: Frame) -> Iterator[Dot]:
    x, y = time_scale(story, frame), frame.up(0, FULL)
    for entry in story.decisions:
        title = f"{utc(entry.at)} {entry.kind}: {entry.reason}"
        yield Dot("decision", x(entry.at), y(entry.weight), 3.5, title)


def _step_labels(story: Story, frame: Frame) -> Iterator[Label]:
    """Name decisions above the plot, leaving out steps that have no room; the outcome always has."""
    x = time_scale(story, frame)
    taken = frame.width
    for entry in reversed(story.decisions):
        text, look = _named(story, entry)
        width = _LETTER * len(text)
        # The outcome stands left of its line, everything else right of it.
        start = x(entry.at) - width if entry.kind in (Kind.PROMOTE, Kind.ROLL_BACK) else x(entry.at)
        if text and start + width <= taken:
            yield Label(look, max(start, frame.left), frame.top - 9, text)
            taken = start - _LETTER


def _named(story: Story, entry: Entry) -> tuple[str, str]:
    """Word a decision and choose its look; no words for what needs none."""
    if entry.kind is Kind.ROLL_BACK and entry.phase.ended:
        return "", ""
    if entry.kind is Kind.DROP:
        return f"{entry.reason.partition(' taken out')[0]} dropped", "back"
    if entry.kind is Kind.SWITCH:
        return entry.reason.partition(":")[0], "back"
    return _NAMES.get(entry.kind, (story.step_name(entry), "step") if entry.kind is Kind.ADVANCE else ("", ""))


def _ends(story: Story, frame: Frame) -> tuple[Label, ...]:
    """Name both areas at the right end, at the middle of each."""
    y, right = frame.up(0, FULL), frame.width - frame.right + 8
    last = next((e for e in reversed(story.entries) if e.live_weight is not None), None)
    weight, others = (last.live_weight or 0, sum(share.weight for share in last.challengers)) if last else (0, 0)
    return apart(
        (
            Label("stable", right, y((FULL + weight + others) / 2) + 4, f"stable {percent(FULL - weight - others)}"),
            Label("canary", right, y(weight / 2) + 4, f"canary {percent(weight)}"),
        ),
        frame,
    )
