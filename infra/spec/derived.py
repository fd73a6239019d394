"""Defaults that follow from other fields of the same object."""

from collections.abc import Callable, Mapping
from typing import Any

from infra.spec.analysis import Analysis
from infra.spec.rollout import Native, Strategy
from lambdas.rollout.plan import Step

MAX_BAKE_TIMES = 4
"""A step without ``max_bake`` waits this many times its ``bake`` for the judge to tell."""
NATIVE_BAKING = 300
"""Seconds that a blue/green native rollout keeps the old fleet, where ``baking`` is left out."""


SHORTEST_TEST = 20
"""A test of both models lasts at least this part of its longest time, so that an hour's luck decides nothing."""


def _weight(step: Mapping[str, Any]) -> int:
    if "experiment" in step:
        return int(step["experiment"].split)
    return int(step["bandit"].start) if "bandit" in step else 0


def _bake(step: Mapping[str, Any]) -> int:
    if "shadow" in step:
        return int(step["shadow"].for_)
    return max(1, _longest(step) // SHORTEST_TEST)


def _max_bake(step: Mapping[str, Any]) -> int:
    return _longest(step) or MAX_BAKE_TIMES * int(step["bake"])


def _longest(step: Mapping[str, Any]) -> int:
    """Tell how long a test of both models may last; 0 where the step has none."""
    return next((int(step[each].max_) for each in ("experiment", "bandit") if each in step), 0)


def _baking(native: Mapping[str, Any]) -> int | None:
    return None if native["strategy"] is Strategy.ROLLING else NATIVE_BAKING


DERIVED: Mapping[type, Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    Step: {"weight": _weight, "bake": _bake, "max_bake": _max_bake},
    Native: {"baking": _baking},
}
"""Class and field to what follows from the object's other values."""

ALONE: Mapping[type, str] = {Analysis: "engine"}
"""Classes that may be written as the value of one of their fields alone, the others being left out."""

WRITTEN: Mapping[type, tuple[tuple[str, ...], ...]] = {
    Step: (("weight", "bake"), ("shadow",), ("experiment",), ("bandit",))
}
"""Classes of which one set of keys, or another, must be written; the rest follows from them."""
