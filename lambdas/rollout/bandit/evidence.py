"""What the batches show of the arms, compared within each batch only.

Within a batch all arms meet the same hour of the same day, so what drifts (traffic, prices, the mood of a Sunday)
cancels, whatever the shares were; pooled counts suffer Simpson's paradox there. An arm's rewards in a batch are
taken for draws from the batch's distribution tilted by exp(beta * reward). At beta = 0 the score of arm a is
S_a - rho_a S, S being sums of rewards and rho_a its share of the exposures; its information is V (diag rho - rho
rho'), V being n times the batch's sample variance. That is the exact covariance of the score when rewards are dealt
to the arms at random, whatever the rewards are. For rewards of 0 and 1, V = k (n - k)/(n - 1): the hypergeometric
variance, JUDGE.md's k but for the share of exposures that convert, and beta is a log odds ratio. For revenue it
scales itself: a single large purchase adds to the score and to its variance alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.bandit.batches import Reward

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.rollout.bandit.batches import Batch

_SPREAD = 1.0
"""Arms are expected to differ by at most about this, relative to their mean, before anything is known."""


class Evidence(NamedTuple):
    """Sums over all batches, in the order of the arms: small, JSON-able, and recomputed at each update.

    ``score`` and ``information`` are those above (discounted), ``totals`` the rewards that show no comparison.
    """

    score: tuple[float, ...]
    information: tuple[tuple[float, ...], ...]
    totals: tuple[Reward, ...]

    def prior(self) -> float:
        """Return the information that all arms are alike which one typical reward would give; 0 without rewards.

        A relative difference d of the mean is a tilt of d * (mean / variance), and variance / mean is about the
        squares' sum over the rewards' where rewards are rare.
        """
        total = sum(arm.total for arm in self.totals)
        squares = sum(arm.squares for arm in self.totals)
        return (squares / total / _SPREAD) ** 2 if total else 0.0


def nothing(arms: int) -> Evidence:
    """Return what is known of that many arms before the first batch."""
    return Evidence((0.0,) * arms, ((0.0,) * arms,) * arms, (Reward(),) * arms)


def weigh(batches: Iterable[Batch], arms: Sequence[str], discount: float) -> Evidence:
    """Weigh all batches, oldest first; each counts ``discount`` times as much as the next one."""
    evidence = nothing(len(arms))
    for batch in batches:
        evidence = after(evidence, [batch.rewards.get(arm, Reward()) for arm in arms], discount)
    return evidence


def after(before: Evidence, rewards: Sequence[Reward], discount: float) -> Evidence:
    """Take one more batch into account; one whose sums cannot be true says nothing, and ages the others alike."""
    usable = all(reward.sound for reward in rewards)
    given = list(rewards) if usable else [Reward()] * len(before.score)
    count, total = sum(arm.exposures for arm in given), sum(arm.total for arm in given)
    shares = [arm.exposures / count if count else 0.0 for arm in given]
    spread = _variance(count, total, sum(arm.squares for arm in given)) * count
    return Evidence(
        score=tuple(
            discount * old + arm.total - share * total
            for old, arm, share in zip(before.score, given, shares, strict=True)
        ),
        information=tuple(
            tuple(
                discount * old + spread * share * ((i == j) - other)
                for j, (old, other) in enumerate(zip(row, shares, strict=True))
            )
            for i, (row, share) in enumerate(zip(before.information, shares, strict=True))
        ),
        totals=tuple(old.plus(more) for old, more in zip(before.totals, given, strict=True)),
    )


def _variance(count: int, total: float, squares: float) -> float:
    return max(0.0, squares - total * total / count) / (count - 1) if count > 1 else 0.0
