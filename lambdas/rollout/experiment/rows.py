"""What an experiment weighs: counts per metric period, with an entry per arm in the order of its terms."""

from typing import NamedTuple

from lambdas.rollout.judge.verdict import Arm


class Rates(NamedTuple):
    """Exposures, and how many of them did what is wanted, in the period that starts at ``at``.

    The judge's tests ask whose rate is higher. What it calls ``bad`` is counted because it is wanted here: for
    conversion, ``Arm(conversions, exposures)``.
    """

    at: float
    arms: tuple[Arm, ...]


class Values(NamedTuple):
    """Values of which more is better, such as revenue, counted per arm in the bins of a ladder, the best bin first.

    ``plain`` is counted on the ladder's own edges, ``lifted`` on edges that are ``1 + effect`` times as high.
    """

    at: float
    plain: tuple[tuple[int, ...], ...]
    lifted: tuple[tuple[int, ...], ...]
