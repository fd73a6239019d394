"""What differences of features mean: nothing, a routing fault, the world that moved, or the model that differs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lake.drift import Change
from lake.significance import holm

LEVEL = 0.01
PSI = 0.2
"""From here on a change is great by the usual rule of thumb (Siddiqi 2006: below 0.1 small, up to 0.25 moderate)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a feature has drifted: it is significant at ``level`` AND its stability index is at least ``psi``.

    Both, for each alone misleads. With a million rows a shift that matters to nobody has a p-value of nothing:
    significance says that there is a difference, not that it is great. With a hundred rows the index of two equal
    sets is often above 0.2 by chance: greatness does not say that it is there. ``level`` is the chance of one
    false alarm or more over all features of a comparison together, however many there are and however they depend on
    each other (Holm): twenty features at 1 % each would raise one in nearly every fifth comparison.
    """

    level: float = LEVEL
    psi: float = PSI


@dataclass(frozen=True, slots=True)
class Drifted:
    """A feature that has drifted, and how: its values, or how often they are missing."""

    feature: str
    psi: float
    p_value: float
    missing: bool = False
    answer: bool = False

    def __str__(self) -> str:
        return f"{self.feature} ({'missing values, ' if self.missing else ''}PSI {self.psi:.2f})"


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


def drifted(changes: Sequence[Change], rule: Rule = Rule()) -> tuple[Drifted, ...]:
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
    adjusted = holm([each.p_value for each in tested])
    found = [
        replace(each, p_value=p_value)
        for each, p_value in zip(tested, adjusted, strict=True)
        if p_value <= rule.level and each.psi >= rule.psi
    ]
    return tuple(sorted(found, key=lambda each: (-each.psi, each.feature)))


def judge(
    apart: Sequence[Change],
    stable: Sequence[Change] = (),
    canary: Sequence[Change] = (),
    rule: Rule = Rule(),
) -> Verdict:
    """Decide what differences mean.

    ``apart`` compares the canary with stable in one interval; ``stable`` and ``canary`` compare each with the
    baseline, where there is one. Both variants are asked by the same clients, at random: where their *requests*
    differ, routing is at fault, and no comparison of their answers tells anything of the model. Where their requests
    are alike and differ from the baseline, the world moved, and the canary is not to blame.
    """
    asked, answered = _parted(drifted(apart, rule))
    moved, canary_moved = _parted(drifted(stable, rule))[0], _parted(drifted(canary, rule))[0]
    if asked:
        return Verdict(
            Kind.ROUTING_FAULT,
            asked,
            f"Routing fault: stable and the canary are asked different things, in {_listed(asked)}. "
            "Their answers cannot be compared until requests are split at random.",
        )
    if moved:
        also = f" Their answers differ too, in {_listed(answered)}: that is the model." if answered else ""
        return Verdict(
            Kind.WORLD_MOVED,
            moved,
            f"The world moved: requests differ from the baseline in {_listed(moved)}, and those of the canary are "
            f"like stable's. The canary is not to blame.{also}",
        )
    if canary_moved:
        return Verdict(
            Kind.UNCLEAR,
            canary_moved,
            f"Unclear: the canary's requests differ from the baseline in {_listed(canary_moved)}, but not enough "
            "from stable's to say that routing is at fault. More requests will tell.",
        )
    if answered:
        return Verdict(
            Kind.ANSWERS_DIFFER,
            answered,
            f"The model differs: stable and the canary are asked alike, and answer differently, in "
            f"{_listed(answered)}.",
        )
    return Verdict(
        Kind.SAME, (), "Stable and the canary are asked alike and answer alike, as far as these rows tell."
    )


def _parted(found: Sequence[Drifted]) -> tuple[tuple[Drifted, ...], tuple[Drifted, ...]]:
    """Part what was asked from what was answered."""
    answers = tuple(each for each in found if each.answer)
    return tuple(each for each in found if not each.answer), answers


def _listed(found: Sequence[Drifted]) -> str:
    shown = ", ".join(str(each) for each in found[:3])
    return shown if len(found) <= 3 else f"{shown} and {len(found) - 3} more"
