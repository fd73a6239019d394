"""What differences of features mean: nothing, a routing fault, the world that moved, or the model that differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lake.drift import Change
from lambdas.rollout.quality import shift
from lambdas.rollout.quality.shift import RULE, Drifted, Rule, listed, parted


class Kind(StrEnum):
    """What is to be made of it."""

    SAME = "same"
    ROUTING_FAULT = "routing fault"
    WORLD_MOVED = "the world moved"
    ANSWERS_DIFFER = "answers differ"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What it is, which features say so, and a sentence for people."""

    kind: Kind
    features: tuple[Drifted, ...]
    sentence: str


def drifted(changes: Sequence[Change], rule: Rule = RULE) -> tuple[Drifted, ...]:
    """Tell which features have drifted, with p-values adjusted for all that was tested; the worst first."""
    tested = [
        Drifted(change.feature, psi, p_value, missing, change.answer)
        for change in changes
        for psi, p_value, missing in (
            (change.psi, change.p_value, False),
            (change.missing_psi, change.missing_p_value, True),
        )
        if psi is not None and p_value is not None
    ]
    return shift.drifted(tested, rule)


def judge(
    apart: Sequence[Change],
    stable: Sequence[Change] = (),
    canary: Sequence[Change] = (),
    rule: Rule = RULE,
) -> Verdict:
    """Decide what differences mean.

    ``apart`` compares the canary with stable in one interval; ``stable`` and ``canary`` compare each with the
    baseline, where there is one. Both variants are asked by the same clients, at random: where their *requests*
    differ, routing is at fault, and no comparison of their answers tells anything of the model. Where their requests
    are alike and differ from the baseline, the world moved, and the canary is not to blame.
    """
    asked, answered = parted(drifted(apart, rule))
    moved, canary_moved = parted(drifted(stable, rule))[0], parted(drifted(canary, rule))[0]
    if asked:
        return Verdict(
            Kind.ROUTING_FAULT,
            asked,
            f"Routing fault: stable and the canary are asked different things, in {listed(asked)}. "
            "Their answers cannot be compared until requests are split at random.",
        )
    if moved:
        also = f" Their answers differ too, in {listed(answered)}: that is the model." if answered else ""
        return Verdict(
            Kind.WORLD_MOVED,
            moved,
            f"The world moved: requests differ from the baseline in {listed(moved)}, and those of the canary are "
            f"like stable's. The canary is not to blame.{also}",
        )
    if canary_moved:
        return Verdict(
            Kind.UNCLEAR,
            canary_moved,
            f"Unclear: the canary's requests differ from the baseline in {listed(canary_moved)}, but not enough "
            "from stable's to say that routing is at fault. More requests will tell.",
        )
    if answered:
        return Verdict(
            Kind.ANSWERS_DIFFER,
            answered,
            f"The model differs: stable and the canary are asked alike, and answer differently, in "
            f"{listed(answered)}.",
        )
    return Verdict(
        Kind.SAME, (), "Stable and the canary are asked alike and answer alike, as far as these rows tell."
    )
