"""Who plays, and how each is set."""

from mabwiser.mab import LearningPolicy

from benchmarks.bandit import exact, limit, serinus
from benchmarks.bandit.packaged import Mabwiser
from benchmarks.bandit.players import Greedy, KlUcb, Maker, Med, Pooled, Thompson
from benchmarks.bandit.score import FORGETS, MABWISER, OPTIMAL, SERINUS, UNBOUND
from benchmarks.bandit.worlds import Shape, World

_FIELD: dict[str, Maker] = {
    SERINUS: lambda world, _: serinus.Serinus(world.arms, serinus.DEFAULT),
    UNBOUND: lambda world, _: serinus.Serinus(world.arms, serinus.UNBOUND),
    FORGETS: lambda world, _: serinus.Serinus(world.arms, serinus.FORGETS),
    MABWISER[0]: lambda world, seed: Mabwiser(world.arms, LearningPolicy.ThompsonSampling(), seed),
    MABWISER[1]: lambda world, seed: Mabwiser(world.arms, LearningPolicy.UCB1(alpha=1.0), seed),
    MABWISER[2]: lambda world, seed: Mabwiser(world.arms, LearningPolicy.EpsilonGreedy(epsilon=0.1), seed),
    "pooled Thompson": lambda world, seed: Thompson(world.arms, seed),
    "pooled Thompson, discount 0.98": lambda world, seed: Thompson(world.arms, seed, 0.98),
    "MED": lambda world, seed: Med(world.arms, seed),
    "KL-UCB": lambda world, seed: KlUcb(world.arms, seed),
    "ε-greedy 10 %": lambda world, seed: Greedy(world.arms, seed),
    "even split": lambda world, seed: Pooled(world.arms, seed),
}


def field(world: World) -> dict[str, Maker]:
    """Return the makers of all who play in a world; the optimal one is missing where it cannot be computed."""
    if world.arms > 2:
        return _FIELD
    if world.shape is Shape.SMALL:
        return {OPTIMAL: lambda world, _: exact.Exact(world), **_FIELD}
    return {OPTIMAL: lambda world, _: limit.Optimal(world), **_FIELD}


def least(world: World) -> float | None:
    """Return the limit on the mean regret, None where it cannot be computed."""
    if world.arms > 2:
        return None
    return exact.least(world) if world.shape is Shape.SMALL else limit.least(world)
