"""One update of the bandit: batches and arms in, shares out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.rollout.bandit.chances import best
from lambdas.rollout.bandit.evidence import weigh
from lambdas.rollout.bandit.shares import divide, shares
from lambdas.rollout.bandit.terms import FULL, Arm, Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.bandit.batches import Batch
    from lambdas.rollout.bandit.evidence import Evidence
    from lambdas.rollout.bandit.terms import Terms


def weights(batches: Sequence[Batch], arms: Sequence[Arm], terms: Terms, elapsed: float) -> Update:
    """Return the shares that the arms get next, ``elapsed`` seconds after the bandit began.

    ``arms`` are all that ever were in it, in a fixed order: one that has left still tells what it was compared with.
    Without any eligible arm, nobody gets anything.
    """
    evidence = weigh(batches, [arm.name for arm in arms], terms.discount)
    return decided(evidence, arms, terms, elapsed)


def decided(evidence: Evidence, arms: Sequence[Arm], terms: Terms, elapsed: float) -> Update:
    """Return the same, of evidence that has been weighed."""
    places = [place for place, arm in enumerate(arms) if arm.eligible]
    names = tuple(arm.name for arm in arms)
    if not places:
        none = (0,) * len(arms)
        return Update(none, tuple(map(float, none)), True, "", "no arm may be served", names)  # noqa: FBT003 - ended
    chances, given = [0.0] * len(arms), [0] * len(arms)
    found = best(evidence, places, terms.precision)
    now = divide(FULL, [max(0, arms[place].share) for place in places])
    moved = shares(now, best(evidence, places, terms.sharpness * terms.precision), terms.floor, terms.max_change)
    for place, chance, share in zip(places, found, moved, strict=True):
        chances[place], given[place] = chance, share
    leader = max(places, key=lambda place: chances[place])
    sure, late = len(places) > 1 and chances[leader] >= terms.until, elapsed >= terms.max_duration
    standing = _standing(
        arms[leader].name, chances[leader], len(places), sum(arm.exposures for arm in evidence.totals)
    )
    return Update(
        shares=tuple(given),
        chances=tuple(chances),
        ended=sure or late or len(places) == 1,
        best=arms[leader].name if sure else "",
        sentence=standing if sure or not late else f"the time is over: {standing}",
        arms=names,
    )


def _standing(leader: str, chance: float, arms: int, exposures: int) -> str:
    if arms == 1:
        return f"no arm but {leader} may be served"
    if not exposures:
        return f"nothing is known yet of any of the {arms} arms"
    return f"{leader} is the best of {arms} arms with a chance of {100 * chance:.4g} %, after {exposures} exposures"
