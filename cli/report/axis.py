"""What all charts of a story share: the time axis, and the decisions that cross it."""

from cli.quantities import percent, utc
from cli.report.scale import Scale, time_ticks
from cli.report.shapes import Frame, Rule, Tick
from cli.story import Story
from lambdas.rollout.state import Kind, Phase

_PIXELS_PER_TICK = 84
_LOOKS = {
    Kind.ADVANCE: "step",
    Kind.PAUSE: "paused",
    Kind.RESUME: "step",
    Kind.DROP: "back",
    Kind.SWITCH: "paused",
    Kind.PROMOTE: "promoted",
    Kind.ROLL_BACK: "back",
    Kind.SUPERSEDE: "back",
}


def time_scale(story: Story, frame: Frame) -> Scale:
    """Map the story's time across the frame."""
    return frame.across(story.began, story.until)


def time_axis(story: Story, frame: Frame) -> tuple[Tick, ...]:
    """Ticks at round times, as many as the frame has room for."""
    x = time_scale(story, frame)
    room = (frame.width - frame.left - frame.right) / _PIXELS_PER_TICK
    return tuple(Tick(x(at), text) for at, text in time_ticks(x.low, x.high, max(2, int(room))))


def decision_rules(story: Story, frame: Frame) -> tuple[Rule, ...]:
    """Vertical lines where something was decided."""
    x = time_scale(story, frame)
    return tuple(
        Rule(
            "step" if entry.phase is Phase.ROLLED_BACK else _LOOKS[entry.kind],
            x(entry.at),
            f"{utc(entry.at)} {entry.kind} at {percent(entry.weight)}: {entry.reason}",
        )
        for entry in story.decisions
        if entry.kind in _LOOKS
    )
