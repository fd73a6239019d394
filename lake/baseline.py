"""Baselines in SageMaker Model Monitor's files: ``statistics.json`` and ``constraints.json``, written.

Sources: SageMaker developer guide, "Schema for Statistics (statistics.json file)" and "Schema for Constraints
(constraints.json file)". A number's distribution has ten buckets of equal width, and a sketch of evenly spaced
quantiles. They are read by `lambdas.rollout.quality.statistics`.
"""

import json
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from typing import Any

from lake.drift import Feature, Rows, features
from lake.engine import Answered
from lambdas.rollout.quality.schema import Kind
from lambdas.rollout.quality.statistics import Categories, Numbers, Statistics

VERSION = 0.0
BUCKETS = 10
SIZE = 2_048
"""The sketch's ``k``: so many values at most in each list, so that a rank is true to a 2,000th or so."""
SHRINK = 0.64
"""The sketch's ``c``, by which Model Monitor's lists shrink; ours do not, and readers do not ask."""


def gathered(lake: Answered, rows: Rows = Rows()) -> Statistics:  # noqa: B008 - frozen
    """Gather the statistics of a set of rows, one feature at a time."""
    return {
        feature.name: (_numbers if feature.kind is Kind.NUMBER else _categories)(lake, feature, rows)
        for feature in features(lake.schema)
    }


def _numbers(lake: Answered, feature: Feature, rows: Rows) -> Numbers:
    column, seen = feature.column, f"({rows.condition}) AND {'TRUE' if feature.answer else 'asked'}"
    (found,) = lake.ask(
        f"SELECT count({column}) AS present, count(*) - count({column}) AS missing, avg({column}) AS mean,"
        f" sum({column}) AS total, stddev_pop({column}) AS deviation, min({column}) AS least,"
        f" max({column}) AS greatest, COALESCE(bool_and({column} = floor({column})), FALSE) AS integral"
        f" FROM {rows.view} WHERE {seen}"
    )
    named = {name: found[name] or 0.0 for name in ("mean", "total", "deviation", "least", "greatest")}
    spaced = _spaced(int(found["present"]))
    sketch: list[tuple[float, int]] = []
    if spaced:
        shares = ", ".join(repr(share) for share, _ in spaced)
        (each,) = lake.ask(f"SELECT quantile_disc({column}, [{shares}]) AS told FROM {rows.view} WHERE {seen}")
        sketch = [(value, weight) for value, (_, weight) in zip(each["told"], spaced, strict=True)]
    return Numbers(
        found["present"], found["missing"], **named, sketch=tuple(sorted(sketch)), integral=found["integral"]
    )


def _spaced(count: int) -> list[tuple[float, int]]:
    """Choose quantiles that stand for so many rows, all of them: (share, rows), with rows a power of two.

    Rows in order are cut into runs of 2^h, with h the least for which they are `SIZE` at most, and what is left over
    into shorter ones; the row in the middle of each stands for its run.
    """
    level = ((count - 1) // SIZE).bit_length() if count else 0
    runs = [2**level] * (count >> level) + [2**i for i in reversed(range(level)) if count >> i & 1]
    return [((end - run / 2) / count, run) for run, end in zip(runs, accumulate(runs), strict=True)]


def _categories(lake: Answered, feature: Feature, rows: Rows) -> Categories:
    column, seen = feature.column, f"({rows.condition}) AND {'TRUE' if feature.answer else 'asked'}"
    told = lake.ask(
        f"SELECT {column} AS entry, count(*) AS held FROM {rows.view} WHERE {seen} GROUP BY {column} ORDER BY entry"
    )
    counts = {each["entry"]: int(each["held"]) for each in told if each["entry"] is not None}
    missing = sum(int(each["held"]) for each in told if each["entry"] is None)
    return Categories(sum(counts.values()), missing, counts)


def statistics(found: Statistics) -> dict[str, Any]:
    """Write ``statistics.json``."""
    rows = max((each.present + each.missing for each in found.values()), default=0)
    return {
        "version": VERSION,
        "dataset": {"item_count": rows},
        "features": [
            {"name": name, **(_of_numbers(each) if isinstance(each, Numbers) else _of_categories(each))}
            for name, each in found.items()
        ],
    }


def write(folder: Path, found: Statistics) -> None:
    """Write both files into a folder, which exists."""
    for name, content in (("statistics", statistics(found)), ("constraints", constraints(found))):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _of_numbers(each: Numbers) -> dict[str, Any]:
    levels: dict[int, list[float]] = {}
    for value, rows in each.sketch:
        levels.setdefault(rows.bit_length() - 1, []).append(value)
    data = [levels.get(level, []) for level in range(max(levels, default=0) + 1)]
    return {
        "inferred_type": "Integral" if each.integral else "Fractional",
        "numerical_statistics": {
            "common": {"num_present": each.present, "num_missing": each.missing},
            "mean": each.mean,
            "sum": each.total,
            "std_dev": each.deviation,
            "min": each.least,
            "max": each.greatest,
            "distribution": {
                "kll": {
                    "buckets": _buckets(each),
                    "sketch": {"parameters": {"c": SHRINK, "k": float(SIZE)}, "data": data},
                }
            },
        },
    }


def _buckets(each: Numbers) -> list[dict[str, float]]:
    """Count the sketch's rows in buckets of equal width; the last one holds its upper end."""
    if not each.sketch:
        return []
    width = (each.greatest - each.least) / BUCKETS
    bounds = [each.least + i * width for i in range(BUCKETS)] + [each.greatest]
    counts = [0] * BUCKETS
    for value, rows in each.sketch:
        counts[min(max(bisect_right(bounds, value) - 1, 0), BUCKETS - 1)] += rows
    return [
        {"lower_bound": low, "upper_bound": high, "count": float(count)}
        for low, high, count in zip(bounds[:-1], bounds[1:], counts, strict=True)
    ]


def _of_categories(each: Categories) -> dict[str, Any]:
    return {
        "inferred_type": "String",
        "string_statistics": {
            "common": {"num_present": each.present, "num_missing": each.missing},
            "distinct_count": float(len(each.counts)),
            "distribution": {
                "categorical": {"buckets": [{"value": name, "count": count} for name, count in each.counts.items()]}
            },
        },
    }


def constraints(found: Statistics) -> dict[str, Any]:
    """Write ``constraints.json``, with the thresholds that Model Monitor proposes itself."""
    return {"version": VERSION, "features": [_constraint(name, each) for name, each in found.items()], **_MONITORING}


def _constraint(name: str, each: Numbers | Categories) -> dict[str, Any]:
    rows = each.present + each.missing
    told: dict[str, Any] = {"name": name, "completeness": each.present / rows if rows else 0.0}
    if isinstance(each, Numbers):
        kind = "Integral" if each.integral else "Fractional"
        return told | {"inferred_type": kind, "num_constraints": {"is_non_negative": each.least >= 0}}
    return told | {"inferred_type": "String", "string_constraints": {"domains": sorted(each.counts)}}


_MONITORING = {
    "monitoring_config": {
        "evaluate_constraints": "Enabled",
        "emit_metrics": "Enabled",
        "datatype_check_threshold": 1.0,
        "domain_content_threshold": 1.0,
        "distribution_constraints": {
            "perform_comparison": "Enabled",
            "comparison_threshold": 0.1,
            "comparison_method": "Robust",
        },
    }
}
