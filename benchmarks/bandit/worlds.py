"""The worlds that bandits play in: requests, conversion rates and outcomes, drawn from seeds."""

import zlib
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MEAN, SPREAD = 0.05, 0.005
"""Arms' rates are drawn from a normal distribution, so that they differ by a seventh typically."""
_SWING = 0.6


class Shape(StrEnum):
    """What the world does while the bandit learns."""

    FLAT = "flat"
    DIURNAL = "diurnal"
    SWITCHING = "switching"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class World:
    """``batches`` of ``requests`` on average: a quarter of an hour each at 1.7 requests per second, for a day."""

    shape: Shape
    arms: int = 2
    batches: int = 96
    requests: int = 1_500
    switches: int = 0
    """At equal distances the arms' rates are drawn anew."""

    @property
    def name(self) -> str:
        """Name the world for people; it seeds the streams too."""
        return self.shape.value + (f", {self.arms} arms" if self.arms > 2 else "")


FLAT = World(Shape.FLAT)
DIURNAL = World(Shape.DIURNAL)
SWITCHING = World(Shape.SWITCHING, switches=2)
FOUR = World(Shape.FLAT, arms=4)
SMALL = World(Shape.SMALL, batches=10, requests=20)
"""Both rates are anywhere between 0 and 1, alike likely: what the exact dynamic programme can still do."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One day: requests per batch, each arm's rate in it, and how many of the first m requests would convert.

    Shapes: (batches,), (batches, arms), (arms, requests of the batch + 1) for each batch. ``cycle`` is the factor
    of the hour on all rates.
    """

    requests: Ints
    rates: Floats
    converted: list[Ints]
    cycle: Floats

    def play(self, batch: int, counts: Ints) -> Ints:
        """Return the conversions of the arms, of which each gets ``counts`` of the batch's requests."""
        return self.converted[batch][np.arange(len(counts)), counts]

    def regret(self, batch: int, counts: Ints) -> float:
        """Return the conversions that are lost, on average, against the arm that is best in that batch."""
        rates = self.rates[batch]
        return float(counts @ (rates.max() - rates))


def draw(world: World, seed: int, run: int, runs: int) -> Stream:
    """Draw one day of ``runs``; all bandits get the same one.

    The first two arms' difference is drawn from one stratum a run, so that the runs together have the right ones.
    """
    random = np.random.default_rng([seed, run, zlib.crc32(world.name.encode())])
    requests, cycle = course(world)
    segment = np.arange(world.batches) * (world.switches + 1) // world.batches
    shape = (world.switches + 1, world.arms)
    if world.shape is Shape.SMALL:
        base = random.random(shape)
    else:
        base = random.normal(MEAN, SPREAD, shape)
        middle, half = base[0, :2].mean(), SPREAD / np.sqrt(2) * NormalDist().inv_cdf((run + random.random()) / runs)
        base[0, :2] = middle + half, middle - half
        base = np.clip(base, 0.001, 0.5)
    rates = base[segment] * cycle[:, None]
    converted = [_converted(random, int(n), rate) for n, rate in zip(requests, rates, strict=True)]
    return Stream(requests, rates, converted, cycle)


def course(world: World) -> tuple[Ints, Floats]:
    """Return requests per batch and the factor on all rates: in a diurnal world buyers come when requests do not."""
    at = 2 * np.pi * np.arange(world.batches) / world.batches
    swing = _SWING if world.shape is Shape.DIURNAL else 0.0
    requests = np.rint(world.requests * (1 + swing * np.sin(at))).astype(np.int64)
    return requests, 1 + swing * np.sin(at + 0.6 * np.pi)


def _converted(random: np.random.Generator, requests: int, rates: Floats) -> Ints:
    hits = random.random((len(rates), requests)) < rates[:, None]
    return np.concatenate([np.zeros((len(rates), 1), dtype=np.int64), hits.cumsum(axis=1)], axis=1)
