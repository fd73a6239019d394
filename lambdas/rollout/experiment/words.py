"""The experiment's sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, assert_never

from lambdas.rollout.experiment.terms import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.experiment.terms import Terms


class Names(NamedTuple):
    """The arms that a sentence is about."""

    winner: str
    losers: Sequence[str]
    rivals: Sequence[str]


def sentence(terms: Terms, outcome: Outcome, names: Names, exposed: Sequence[int]) -> str:
    """Say how it stands, and after how many exposures of each arm."""
    counts = ", ".join(f"{arm} {count}" for arm, count in zip(terms.arms, exposed, strict=True))
    return f"{_what(terms, outcome, names)} (exposures: {counts or 'none'})"


def _what(terms: Terms, outcome: Outcome, names: Names) -> str:
    control, wrong = terms.arms[0] if terms.arms else "the control", f"{100 * terms.alpha:g} %"
    losers = names.losers
    if outcome is Outcome.WINNER:
        rest = f"; it is not told apart from {', '.join(names.rivals)}" if names.rivals else ""
        others = f", {_all(losers)} proven worse" if losers else ""
        return f"{names.winner} is proven better than {control}{others}, wrong with at most {wrong} chance{rest}"
    if outcome is Outcome.LOSER:
        return f"{_all(losers)} proven worse than {control}, wrong with at most {wrong} chance"
    if outcome is Outcome.NO_DIFFERENCE:
        besides = f"but for {', '.join(losers)}, which is proven worse, " if losers else ""
        return f"{besides}a difference of {100 * terms.effect:g} % from {control} is ruled out both ways"
    if outcome is Outcome.STOPPED:
        return (
            f"the time is over and no treatment is proven better or worse than {control}"
            if not losers
            else (f"the time is over: {_all(losers)} proven worse than {control}, of the others nothing is proven")
        )
    if outcome is Outcome.RUNNING:
        return f"not enough evidence yet{f', but {_all(losers)} proven worse than {control}' if losers else ''}"
    assert_never(outcome)


def _all(arms: Sequence[str]) -> str:
    return f"{', '.join(arms)} {'is' if len(arms) == 1 else 'are'}"
