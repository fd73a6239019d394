"""The experiment's verdict, from the whole series at each look.

All claims that are ever made hold together with probability 1 - alpha (`Terms.claim_alpha`, a union bound over
claims each of which is always valid). So whatever is concluded from them, the winner among several treatments
included, is right with that probability too.
"""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING, Generic, TypeVar

from lambdas.rollout.experiment import words
from lambdas.rollout.experiment.mismatch import mismatch
from lambdas.rollout.experiment.proofs import rate_proof, value_proof
from lambdas.rollout.experiment.standing import Standing
from lambdas.rollout.experiment.terms import Claim, Outcome, Pair, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdas.rollout.experiment.rows import Rates, Values
    from lambdas.rollout.experiment.terms import Terms
    from lambdas.rollout.judge.ladder import Ladder

Row = TypeVar("Row")


class Experiment(Generic[Row]):
    """Judges one experiment; what it keeps between looks is a cache and nothing else. Made by `rates` or `values`."""

    def __init__(
        self, terms: Terms, proof: Callable[[tuple[int, int], Claim], Callable[[Sequence[Row]], float]]
    ) -> None:
        self._terms, self._bound = terms, -math.log(terms.claim_alpha)
        self._proofs = {
            pair: (proof(pair, Claim.BETTER), proof(pair, Claim.CLOSE))
            for pair in permutations(range(len(terms.arms)), 2)
        }

    def verdict(self, rows: Sequence[Row], exposed: Sequence[int], elapsed: float) -> Verdict:
        """Judge all periods since it began, ``elapsed`` seconds ago; ``exposed`` are exposures per arm since then.

        Late data simply corrects the next call.
        """
        terms, arms = self._terms, self._terms.arms
        pairs = {
            (a, b): Pair(arms[a], arms[b], better(rows), close(rows))
            for (a, b), (better, close) in self._proofs.items()
        }
        standing = Standing(len(arms), pairs, self._bound)
        losers = [arms[place] for place in standing.worse]
        outcome, place = standing.outcome(late=elapsed >= terms.max_duration)
        rivals = [] if place is None else [arms[other] for other in standing.rivals(place)]
        winner = "" if place is None else arms[place]
        sentence = words.sentence(terms, outcome, words.Names(winner, losers, rivals), exposed)
        if wrong := mismatch(exposed, terms.split, terms.mismatch, terms.burst):
            outcome, winner, sentence = Outcome.STOPPED, "", wrong
        return Verdict(outcome, winner, tuple(losers), sentence, tuple(pairs.values()), self._bound)


def rates(terms: Terms) -> Experiment[Rates]:
    """Make an experiment on a rate, such as conversion."""
    return Experiment(terms, lambda pair, claim: rate_proof(terms, pair, claim))


def values(terms: Terms, ladder: Ladder) -> Experiment[Values]:
    """Make an experiment on values, such as revenue, in the bins of a ladder."""
    return Experiment(terms, lambda pair, claim: value_proof(terms, ladder, pair, claim))
