"""What Model Monitor's ``statistics.json`` tells of a data set: read, whoever wrote it.

Source: SageMaker developer guide, "Schema for Statistics (statistics.json file)". A number's distribution has buckets
of equal width, and a KLL sketch (Karnin, Lang, Liberty 2016): lists of values, those of list i standing for 2^i rows
each.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number's statistics: counts of rows, and the sketch as (value, rows) in ascending order of values."""

    present: int
    missing: int
    mean: float
    total: float
    deviation: float
    least: float
    greatest: float
    sketch: tuple[tuple[float, int], ...]
    integral: bool = False

    def quantile(self, share: float) -> float:
        """Tell the value that this share of the rows does not exceed, as the sketch has it."""
        wanted, passed = share * sum(rows for _, rows in self.sketch), 0
        for value, rows in self.sketch:
            passed += rows
            if passed >= wanted:
                return value
        return self.greatest


@dataclass(frozen=True, slots=True)
class Categories:
    """A category's statistics: counts of rows, and of rows in each category."""

    present: int
    missing: int
    counts: Mapping[str, int]


Statistics = Mapping[str, Numbers | Categories]


class UnreadableError(ValueError):
    """The text is no ``statistics.json``; the sentence says why."""


def read(text: str) -> Statistics:
    """Read ``statistics.json``, Model Monitor's or ours; raises `UnreadableError`."""
    try:
        return {each["name"]: _feature(each) for each in json.loads(text)["features"]}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        raise UnreadableError(f"no statistics.json of Model Monitor: {type(error).__name__}: {error}") from error


def _feature(raw: Mapping[str, Any]) -> Numbers | Categories:
    if "string_statistics" in raw:
        told = raw["string_statistics"]
        held = told.get("distribution", {}).get("categorical", {}).get("buckets", [])
        counts = {str(each["value"]): int(each["count"]) for each in held}
        return Categories(*_common(told), counts)
    told = raw["numerical_statistics"]
    kll = told.get("distribution", {}).get("kll", {})
    return Numbers(
        *_common(told),
        mean=float(told["mean"]),
        total=float(told["sum"]),
        deviation=float(told["std_dev"]),
        least=float(told["min"]),
        greatest=float(told["max"]),
        sketch=_sketch(kll),
        integral=raw["inferred_type"] == "Integral",
    )


def _common(told: Mapping[str, Any]) -> tuple[int, int]:
    return int(told["common"]["num_present"]), int(told["common"]["num_missing"])


def _sketch(kll: Mapping[str, Any]) -> tuple[tuple[float, int], ...]:
    """Read a sketch, or else the buckets, whose rows are taken to lie in their middle."""
    levels = kll.get("sketch", {}).get("data", [])
    weighted = [(float(value), 2**level) for level, values in enumerate(levels) for value in values]
    if not weighted:
        middles = (
            ((each["lower_bound"] + each["upper_bound"]) / 2, each["count"]) for each in kll.get("buckets", [])
        )
        weighted = [(float(middle), int(count)) for middle, count in middles if count]
    return tuple(sorted(weighted))
