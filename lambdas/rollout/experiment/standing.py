"""Who stands where, by what is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.rollout.experiment.terms import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.rollout.experiment.terms import Pair

_CONTROL = 0


class Standing:
    """What follows from the evidence on all ordered pairs of arms, by their places.

    Two arms that are both proven better than the other (which takes values that are higher in one quantile and lower
    in another, or a world that turned) are not told apart.
    """

    def __init__(self, arms: int, found: Mapping[tuple[int, int], Pair], bound: float) -> None:
        self._arms, self._found, self._bound = range(arms), found, bound

    @property
    def worse(self) -> list[int]:
        """The treatments proven worse than the control."""
        return [arm for arm in self._arms[1:] if self._better(_CONTROL, arm)]

    def outcome(self, *, late: bool) -> tuple[Outcome, int | None]:
        """Return how it stands and the winner's place, None where there is none.

        A treatment that is proven better than the control wins as soon as each other treatment is proven worse than
        it or than the control, or not better than it by the effect. When the time is over, those not proven worse
        than another are as good as it can be told, and the one ahead wins.
        """
        leading = [arm for arm in self._arms[1:] if self._better(arm, _CONTROL)]
        best = [arm for arm in leading if not self.rivals(arm)]
        if late and not best:
            best = [arm for arm in leading if not any(self._better(other, arm) for other in leading)]
        if best:
            return Outcome.WINNER, max(best, key=self._ahead)
        if len(self._arms) > 1 and len(self.worse) == len(self._arms) - 1:
            return Outcome.LOSER, None
        if len(self._arms) > 1 and all(arm in self.worse or self._same(arm) for arm in self._arms[1:]):
            return Outcome.NO_DIFFERENCE, None
        return Outcome.STOPPED if late else Outcome.RUNNING, None

    def rivals(self, arm: int) -> list[int]:
        """The treatments that may still be better than this one by the effect."""
        others = [other for other in self._arms[1:] if other != arm and other not in self.worse]
        return [other for other in others if self._better(other, arm) or not self._at_least(arm, other)]

    def _better(self, arm: int, other: int) -> bool:
        if arm == other:
            return False
        return self._found[arm, other].better >= self._bound > self._found[other, arm].better

    def _close(self, arm: int, other: int) -> bool:
        return arm != other and self._found[arm, other].close >= self._bound

    def _same(self, arm: int) -> bool:
        return self._close(arm, _CONTROL) and self._close(_CONTROL, arm)

    def _at_least(self, arm: int, other: int) -> bool:
        return self._better(arm, other) or self._close(arm, other)

    def _ahead(self, arm: int) -> float:
        """How far an arm is ahead of all others, in the evidence."""
        return sum(
            self._found[arm, other].better - self._found[other, arm].better for other in self._arms if other != arm
        )
