"""From chances to shares: whole basis points that add up, with a floor and a bounded step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.rollout.bandit.terms import FULL

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARTS = 10**12
"""Chances are taken in parts this small, so that all that follows is whole numbers."""


def shares(now: Sequence[int], chances: Sequence[float], floor: int, max_change: int) -> list[int]:
    """Return the next shares of arms that all are eligible; ``now`` adds up to 10 000, and so do they.

    The way from ``now`` to what the chances ask for is gone as far as no share moves by more than ``max_change``.
    """
    floor = min(floor, FULL // len(now))
    target = [floor + more for more in divide(FULL - floor * len(now), [round(c * _PARTS) for c in chances])]
    ways = [to - since for to, since in zip(target, now, strict=True)]
    longest = max(map(abs, ways))
    if longest <= max_change:
        return target
    return _rounded([since * longest + way * max_change for since, way in zip(now, ways, strict=True)], longest)


def divide(whole: int, parts: Sequence[int]) -> list[int]:
    """Divide a whole in proportion to parts; evenly where all are 0."""
    weights = parts if any(parts) else [1] * len(parts)
    return _rounded([whole * weight for weight in weights], sum(weights))


def _rounded(tops: Sequence[int], bottom: int) -> list[int]:
    """Round fractions to whole numbers with the same sum: the largest remainders are rounded up, the first of equals.

    Whole fractions stay what they are.
    """
    downs = [top // bottom for top in tops]
    missing = sum(tops) // bottom - sum(downs)
    first = sorted(range(len(tops)), key=lambda i: -(tops[i] % bottom))[:missing]
    return [down + (i in first) for i, down in enumerate(downs)]
