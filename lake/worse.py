"""In which segments the canary is wrong more often than stable: searched among many, without false alarms.

Pure: it takes counts. Every segment is tested by itself (Fisher's exact test, one-sided), and p-values are adjusted
by Holm for all of them, so that the search of a canary that is as good as stable everywhere names a segment in at
most 1 % of cases, however many segments there are and however they overlap.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

from lake.fairness import FEWEST
from lake.significance import fisher
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.quality.shift import LEVEL, holm

SHOWN = 5
"""Segments that are named; of the others it is told how many they are."""


class Part(NamedTuple):
    """A segment of one column: places of its cut and in it, which tell it from others, and what it is called."""

    cut: int
    place: int
    called: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One part, or two that both hold, or none (all requests); and each variant's wrong answers of labelled rows."""

    parts: tuple[Part, ...]
    stable: Arm
    canary: Arm

    @property
    def name(self) -> str:
        """What it is called; of users' texts."""
        return " and ".join(part.called for part in self.parts) or "all requests"

    @property
    def difference(self) -> float:
        """The canary's share of wrong answers less stable's, from -1 to 1."""
        return self.canary.rate - self.stable.rate

    def without(self, inner: "Segment") -> "Segment":
        """Tell the rest of it beside a segment that lies in it."""
        arms = ((self.stable, inner.stable), (self.canary, inner.canary))
        stable, canary = (Arm(each.bad - less.bad, each.total - less.total) for each, less in arms)
        return Segment(self.parts, stable, canary)


@dataclass(frozen=True, slots=True)
class Rule:
    """When the canary is worse in a segment: significantly (adjusted for all), by so many points, of enough rows.

    ``level`` is the chance of one false alarm or more in a search, ``points`` are percentage points of wrong answers,
    ``fewest`` labelled rows of each variant, and ``most`` segments are searched: those with the most rows.
    """

    level: float = LEVEL
    points: int = 5
    fewest: int = FEWEST
    most: int = 2_000

    def enough(self, segment: Segment) -> bool:
        """Whether there are rows enough to say anything."""
        return min(segment.stable.total, segment.canary.total) >= self.fewest

    def great(self, segment: Segment) -> bool:
        """Whether the difference matters; in whole numbers, for 25 % less 20 % is below 0.05 in floating point."""
        stable, canary = segment.stable, segment.canary
        apart = canary.bad * stable.total - stable.bad * canary.total
        return 100 * apart >= self.points * canary.total * stable.total


RULE = Rule()


@dataclass(frozen=True, slots=True)
class Worse:
    """A segment in which the canary is worse, and its p-value, adjusted for all that were searched."""

    segment: Segment
    p_value: float

    def __str__(self) -> str:
        canary, stable = self.segment.canary, self.segment.stable
        return (
            f"the canary is worse for {self.segment.name}: {100 * canary.rate:.1f} % wrong of {canary.total:,},"
            f" stable {100 * stable.rate:.1f} % of {stable.total:,} (adjusted p {self.p_value:.2g})"
        )


@dataclass(frozen=True, slots=True)
class Search:
    """What came of a search.

    ``worse`` has the worst segments, at most `SHOWN`, and ``more`` counts those besides. ``searched`` segments were
    adjusted for, of which ``too_few`` had too few rows to be judged. ``left_out`` had fewer rows than those, and
    ``alone`` columns were in no pair. ``unsearched`` says why there was no search; else it is empty.
    """

    worse: tuple[Worse, ...] = ()
    more: int = 0
    searched: int = 0
    too_few: int = 0
    left_out: int = 0
    alone: int = 0
    unsearched: str = ""
    rule: Rule = RULE

    @property
    def summary(self) -> str:
        """All of it but the segments' names, in a sentence."""
        if self.unsearched:
            return self.unsearched
        besides = (f"; left out, with the fewest rows: {self.left_out:,}" if self.left_out else "") + (
            f"; columns in no pair: {self.alone:,}" if self.alone else ""
        )
        if self.too_few == self.searched:
            return (
                f"None of {self.searched:,} segments has {self.rule.fewest} labelled rows of each variant: nothing"
                f" can be said of them{besides}."
            )
        found = len(self.worse) + self.more
        many = f"{found:,} are" if found > 1 else "one is" if found else "none is"
        return (
            f"Of {self.searched:,} segments {many} worse by {self.rule.points} points beyond chance;"
            f" {self.too_few:,} had too few rows to say{besides}."
        )


def search(segments: Sequence[Segment], rule: Rule = RULE, *, alone: int = 0) -> Search:
    """Find the segments in which the canary is worse; ``alone`` is told as it is given.

    Where there are more than the rule's most, those with the most rows are searched: rows, which say nothing of who
    was wrong, so that the choice raises no false alarm.
    """
    ranked = sorted(segments, key=lambda each: -(each.stable.total + each.canary.total))[: rule.most]
    adjusted = holm([_p_value(each, rule) for each in ranked])
    found = {
        each.parts: Worse(each, p_value)
        for each, p_value in zip(ranked, adjusted, strict=True)
        if p_value <= rule.level and rule.enough(each) and rule.great(each)
    }
    told = sorted(_told(found, rule), key=lambda each: (-each.segment.difference, each.segment.parts))
    return Search(
        worse=tuple(told[:SHOWN]),
        more=len(told[SHOWN:]),
        searched=len(ranked),
        too_few=sum(not rule.enough(each) for each in ranked),
        left_out=len(segments) - len(ranked),
        alone=alone,
        rule=rule,
    )


def _p_value(segment: Segment, rule: Rule) -> float:
    """Test a segment; 1 where it is too small, and where the canary is no worse: greater ones change no other's."""
    if not rule.enough(segment) or segment.difference <= 0:
        return 1.0
    return fisher(segment.stable, segment.canary)


_Found = Mapping[tuple[Part, ...], Worse]


def _told(found: _Found, rule: Rule) -> list[Worse]:
    """Leave out what others explain: where anything was found, something stays.

    A segment stays where the canary loses more in it than in the rest of each other that was found and that it lies
    in. Those give way to it where their rest is not worse by itself.
    """
    gone: set[tuple[Part, ...]] = set()
    for inner in found.values():
        outer = [each.segment for parts, each in found.items() if set(parts) < set(inner.segment.parts)]
        rests = [each.without(inner.segment) for each in outer]
        if all(_apart(rest, inner.segment, rule, len(found)) for rest in rests):
            gone |= {rest.parts for rest in rests if not rule.great(rest)}
        else:
            gone.add(inner.segment.parts)
    return [each for parts, each in found.items() if parts not in gone]


def _apart(rest: Segment, inner: Segment, rule: Rule, tests: int) -> bool:
    """Whether the canary loses more in a segment than in the rest: a normal test, Bonferroni-adjusted for so many."""
    if not rule.enough(rest):
        return False
    spread = math.fsum(
        arm.rate * (1 - arm.rate) / arm.total for each in (rest, inner) for arm in (each.stable, each.canary)
    )
    return inner.difference - rest.difference > NormalDist().inv_cdf(1 - rule.level / tests) * math.sqrt(spread)
