"""A comparison in words, for terminals and for the ledger's reasons."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lambdas.rollout.judge.interval import Interval, share
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.shadow.compare import Kind
from lambdas.rollout.shadow.summary import Summary

_WORST = 5
_CONFIDENCE = 0.95


class Worst(NamedTuple):
    """A segment, its counts, and the bounds of its true share."""

    name: str
    counted: Arm
    bounds: Interval


def bounds(counted: Arm, confidence: float = _CONFIDENCE) -> Interval:
    """Return the exact bounds of the share of answers that disagree, if each is an independent draw."""
    return share(counted.bad, counted.total, confidence)


def worst(segments: Mapping[str, Arm]) -> tuple[Worst, ...]:
    """Choose the segments that disagree most for sure: by the lower bound of their share.

    Each has the confidence that all of them together hold (Bonferroni).
    """
    confidence = 1 - (1 - _CONFIDENCE) / max(len(segments), 1)
    found = [Worst(name, arm, bounds(arm, confidence)) for name, arm in segments.items() if arm.bad]
    return tuple(sorted(found, key=lambda each: (-each.bounds[0], each.name))[:_WORST])


def headline(summary: Summary) -> str:
    """Say in one line how much disagrees."""
    if not summary.answers.total:
        return "nothing has been compared"
    return f"{_counted(summary.answers)} answers disagree, {_between(bounds(summary.answers))}"


def lines(summary: Summary, unit: str = "requests") -> tuple[str, ...]:
    """Tell all of it: the share with its bounds, the kinds, the worst segments, some examples.

    ``unit`` names what both sides answered.
    """
    return (headline(summary), *_kinds(summary), *_left_out(summary, unit), *_segments(summary), *_examples(summary))


def _kinds(summary: Summary) -> Iterable[str]:
    counts = [f"{kind.value} {summary.kinds[kind.value]}" for kind in Kind if kind.value in summary.kinds]
    if counts:
        yield f"in: {', '.join(counts)}"


def _left_out(summary: Summary, unit: str) -> Iterable[str]:
    if summary.incomparable:
        yield f"not compared: {summary.incomparable} of {summary.requests} {unit}, readable on neither side"
    if summary.damaged:
        yield f"not read: {summary.damaged} damaged lines"


def _segments(summary: Summary) -> Iterable[str]:
    chosen = worst(summary.segments)
    if chosen:
        yield "worst segments (bounds that hold for all segments at once):"
        yield from (f"  {each.name}: {_counted(each.counted)}, {_between(each.bounds)}" for each in chosen)


def _examples(summary: Summary) -> Iterable[str]:
    if summary.examples:
        yield "examples:"
        for each in summary.examples:
            yield f"  {each.id} row {each.row} ({each.kind}): stable {each.stable} | canary {each.canary}"


def _counted(arm: Arm) -> str:
    return f"{arm.bad:,} of {arm.total:,}"


def _between(interval: Interval) -> str:
    low, high = interval
    return f"{100 * low:.3g} % to {100 * high:.3g} % with {100 * _CONFIDENCE:g} % confidence"
