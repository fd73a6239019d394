"""The page: a story put into words and pictures, ready for the template."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cli.quantities import count, duration, percent
from cli.report.counts import intervals, total
from cli.report.earnings import earnings, heading, looks
from cli.report.errors import errors
from cli.report.evidence import evidence
from cli.report.section import Section
from cli.report.shapes import Chart, Frame
from cli.report.weights import weights
from cli.story import Story
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.state import Kind, Phase

Look = Literal["good", "bad", "open"]

_HEADLINES: dict[Phase, tuple[str, Look]] = {
    Phase.PROMOTED: ("was promoted", "good"),
    Phase.ROLLED_BACK: ("was rolled back", "bad"),
    Phase.ROLLING_BACK: ("is being rolled back", "bad"),
    Phase.SUPERSEDED: ("was superseded", "open"),
    Phase.PAUSED: ("is paused", "open"),
    Phase.PROGRESSING: ("is being rolled out", "open"),
    Phase.PENDING: ("is about to be rolled out", "open"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure in the headline: what it is, its value and a note."""

    name: str
    value: str
    note: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, drawn for wide and for narrow screens."""

    title: str
    caption: str
    wide: Chart
    narrow: Chart


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template needs."""

    story: Story
    headline: str
    look: Look
    why: str
    tiles: tuple[Tile, ...]
    figures: tuple[Figure, ...]
    subject: str = "rollout"
    """What the number counts."""
    roles: str = ""
    """Who stands beside whom."""
    section: Section | None = None
    """What captures tell of it, where they were given."""


def page(story: Story, section: Section | None = None) -> Page:
    """Compose the page."""
    words, look = _HEADLINES[story.phase]
    return Page(
        story=story,
        headline=f"{story.canary} {words}",
        look=look,
        why=sentence(story.deciding.reason),
        tiles=_tiles(story),
        figures=_figures(story),
        roles=f"Canary {story.canary} beside stable {story.stable}.",
        section=section,
    )


def wide(height: float) -> Frame:
    """Frame a chart for a desk."""
    return Frame(960, height, left=66, right=172)


def narrow(height: float) -> Frame:
    """Frame a chart for a phone."""
    return Frame(420, height, left=58, right=110)


def sentence(reason: str) -> str:
    """Write a reason as a sentence; parts keep their order."""
    return reason[:1].upper() + reason[1:] + ("" if reason.endswith(".") else ".")


def _tiles(story: Story) -> tuple[Tile, ...]:
    canary, stable = total(intervals(story))
    return (
        Tile("served", f"{canary.total + stable.total:,}", f"requests counted on both models{_copies(story)}"),
        _failed("stable", stable),
        _failed("canary", canary),
        *_disagreed(story),
        _reach(story),
        Tile("took", duration(story.until - story.began), f"{count(len(story.decisions), 'decision')}"),
    )


def _failed(arm: Literal["stable", "canary"], counts: Arm) -> Tile:
    note = f"of {counts.total:,}: {100 * counts.rate:.2f} %" if counts.total else "no request counted"
    return Tile(f"failed on {arm}", f"{counts.bad:,}", note, arm)


def _copies(story: Story) -> str:
    return ", copies to the shadow among them" if story.compared else ""


def _disagreed(story: Story) -> Iterator[Tile]:
    """Tell what the comparison of a shadow's answers came to."""
    if (pairs := story.compared) is not None:
        note = f"of {pairs.total:,} pairs of answers: {100 * pairs.rate:.2f} %" if pairs.total else "no pair compared"
        yield Tile("disagreed as a shadow", f"{pairs.bad:,}", note, "canary")


def _reach(story: Story) -> Tile:
    """For a rollback how fast traffic was off the canary, else how far it came."""
    if story.shadow and not story.highest:
        return Tile("highest live weight", percent(0), "nobody got the canary's answers")
    if story.turned_round is not None:
        seconds = max(1, round(story.turned_round))
        return Tile(
            "traffic off the canary", f"{duration(seconds)}", "or less, from the decision to weight 0 seen live"
        )
    steps = sum(entry.kind is Kind.ADVANCE for entry in story.decisions)
    return Tile("highest live weight", percent(story.highest), f"after {count(steps, 'step')}")


def _figures(story: Story) -> tuple[Figure, ...]:
    return (
        Figure(
            "Traffic",
            "Areas: the shares that SageMaker served, as seen at each look. Dashed line: what the ledger intended."
            + (
                " Framed: the canary was a shadow; it got copies, and nobody got its answers." if story.shadow else ""
            ),
            weights(story, wide(250)),
            weights(story, narrow(220)),
        ),
        *_earnings(story),
        Figure(
            "Errors",
            f"Share of requests answered with an error, per variant. {_source(story)}",
            errors(story, wide(220)),
            errors(story, narrow(200)),
        ),
        Figure(
            "Evidence",
            "Log e-values as shares of their thresholds: harm at 100 % is a FAIL, safety at 100 % a PASS.",
            evidence(story, wide(220)),
            evidence(story, narrow(200)),
        ),
    )


def _earnings(story: Story) -> Iterator[Figure]:
    """Show a test's arms, where there was a test."""
    if looks(story):
        yield Figure(
            heading(story),
            "What each arm has earned per answer since the test began, as each look knew it. Rewards come late, on"
            " all arms alike.",
            earnings(story, wide(220)),
            earnings(story, narrow(200)),
        )


def _source(story: Story) -> str:
    if story.tables and intervals(story)[0].end - intervals(story)[0].start == story.period:
        return f"Counts per {duration(story.period)} from CloudWatch."
    return "Counts between looks, from the ledger."
