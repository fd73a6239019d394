"""`batch-compare`: a gate before anything goes online."""

from argparse import Namespace
from enum import StrEnum
from typing import Any

from rich.console import Group
from rich.text import Text

from cli.answer import Answer
from cli.batch_compare.outputs import paired
from cli.batch_compare.places import place
from cli.compared import of_summary
from cli.exits import Exit, RefusedError
from lambdas.rollout.judge.interval import Interval
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.report import bounds, lines
from lambdas.rollout.shadow.summary import Summary, with_pairs


class Held(StrEnum):
    """Whether the share of answers that disagree is what it may be at most."""

    ABOVE = "above"
    BELOW = "below"
    UNDECIDED = "undecided"


def batch_compare(arguments: Namespace) -> Answer:
    """Compare two jobs' outputs; refuses where nothing can be compared, since no data proves nothing."""
    summary = _compared(arguments)
    if not summary.answers.total:
        sentence = (
            f"nothing could be compared: {summary.incomparable} of {summary.requests} files are unreadable twice"
        )
        raise RefusedError(Exit.NOTHING, sentence, "outputs must be CSV, JSON or JSON lines")
    held = _held(bounds(summary.answers), arguments.max_disagreement)
    text = [*lines(summary, unit="files"), *_sentence(held, arguments.max_disagreement)]
    code = Exit.DISAGREES if held is Held.ABOVE else Exit.FINE
    return Answer(_document(arguments, summary, held), Group(*map(Text, text)), code)


def _compared(arguments: Namespace) -> Summary:
    terms = Comparison(arguments.tolerance, arguments.relative, arguments.threshold, arguments.segments)
    asked = place(arguments.input) if arguments.input else None
    summary = Summary()
    for pair in paired(place(arguments.stable), place(arguments.canary), asked, terms):
        summary = with_pairs(summary, (pair,))
    return summary


def _held(interval: Interval, limit: float | None) -> Held | None:
    if limit is None:
        return None
    if interval[0] > limit:
        return Held.ABOVE
    return Held.BELOW if interval[1] <= limit else Held.UNDECIDED


def _sentence(held: Held | None, limit: float | None) -> list[str]:
    if held is None or limit is None:
        return []
    words = {
        Held.ABOVE: "more disagree than the {limit} allowed",
        Held.BELOW: "proven to be at most the {limit} allowed",
        Held.UNDECIDED: "neither proven to be above the {limit} allowed nor below: compare more rows",
    }
    return [words[held].format(limit=f"{100 * limit:g} %")]


def _document(arguments: Namespace, summary: Summary, held: Held | None) -> dict[str, Any]:
    return {
        "stable": arguments.stable,
        "canary": arguments.canary,
        "input": arguments.input,
        "files": summary.requests,
        **of_summary(summary),
        "max_disagreement": arguments.max_disagreement,
        "held": held.value if held else None,
    }
