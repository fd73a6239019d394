"""Challengers in the picture of weights: bands above the canary's area, each named where it begins."""

from collections.abc import Iterator, Mapping

from cli.quantities import percent
from cli.report.axis import time_scale
from cli.report.shapes import Frame, Label, Line, joined, stairs
from cli.story import Story
from lambdas.rollout.plan import FULL
from lambdas.rollout.state import Entry

_INSET = 5.0


def bands(story: Story, frame: Frame) -> Iterator[Line]:
    """Stack a band per challenger on the canary's area, in the order in which they came."""
    below: list[str] = []
    for name in _names(story):
        path = (*_edge(story, frame, [*below, name]), *reversed(_edge(story, frame, below)))
        yield Line("challenger", f"{joined(path)} Z", name)
        below.append(name)


def names(story: Story, frame: Frame) -> Iterator[Label]:
    """Name each band where it begins."""
    x, y = time_scale(story, frame), frame.up(0, FULL)
    for place, name in enumerate(known := _names(story)):
        first = next(entry for entry in story.entries if _shares(entry).get(name))
        share, low = _shares(first)[name], _up_to(first, known[:place])
        yield Label("challenger", x(first.at) + _INSET, y(low + share / 2) + 4, f"{name} {percent(share)}")


def _names(story: Story) -> list[str]:
    return list(dict.fromkeys(name for entry in story.entries for name, share in _shares(entry).items() if share))


def _edge(story: Story, frame: Frame, stacked: list[str]) -> tuple[tuple[float, float], ...]:
    """Return the upper edge of the canary with some challengers on top, to the right end."""
    x, y = time_scale(story, frame), frame.up(0, FULL)
    seen = [entry for entry in story.entries if entry.live_weight is not None]
    path = stairs((x(entry.at), y(_up_to(entry, stacked))) for entry in seen)
    return (*path, (x(x.high), path[-1][1]))


def _up_to(entry: Entry, stacked: list[str]) -> int:
    return (entry.live_weight or 0) + sum(_shares(entry).get(name, 0) for name in stacked)


def _shares(entry: Entry) -> Mapping[str, int]:
    return {share.variant: share.weight for share in entry.challengers}
