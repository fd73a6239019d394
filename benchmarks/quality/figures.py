"""Drift and fairness over a million rows: the lake's queries, and the packages that people use for it."""

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from evidently.legacy.calculations import stattests
from fairlearn import metrics

from benchmarks.quality.captures import SCHEMA
from lake.drift import Rows, bins, change, edges, features
from lake.engine import Lake
from lake.fairness import by_group, outcomes, pairs

ROWS = 1_000_000


def columns(size: int = ROWS) -> dict[str, Any]:
    """Draw rows: half of them before, half after a shift."""
    draw = np.random.default_rng(0)
    half = np.arange(size) >= size // 2
    return {
        "late": half,
        "age": draw.normal(50, 10, size) + half,
        "race": draw.choice(np.array(list("abcd")), size),
        "predicted": draw.random(size) < 0.4,
        "actual": draw.random(size) < 0.4,
    }


def lake_of(drawn: dict[str, Any]) -> Lake:
    """Keep the rows as the lake keeps them."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.register("drawn", drawn)
    connection.execute(
        "CREATE TABLE rows AS SELECT 'credit' AS endpoint, 'stable' AS variant, TRUE AS asked, late, age, race,"
        " predicted, actual, NOT predicted AS favoured FROM drawn"
    )
    return Lake(connection, SCHEMA)


def own_psi(made: Lake) -> float:
    """Compute the stability index of one feature between both halves."""
    feature = features(SCHEMA)[0]
    before, after = Rows(condition="NOT late"), Rows(condition="late")
    bounds = made.ask(edges(feature.column, before))[0]["edges"]
    return change(feature, made.ask(bins(feature.column, bounds, before, after)), 0.0).psi or 0.0


def own_fairness(made: Lake) -> float:
    """Compute every group's rates, and the greatest difference of selection rates."""
    (groups,) = outcomes(made.ask(by_group(SCHEMA))).values()
    return max(pair.parity_difference or 0.0 for pair in pairs(groups))


def fairlearn(drawn: dict[str, Any]) -> Callable[[], float]:
    """Compute the same with fairlearn's MetricFrame."""
    named = {
        each.__name__: each
        for each in (metrics.count, metrics.selection_rate, metrics.true_positive_rate, metrics.false_positive_rate)
    }

    def rates() -> float:
        frame = metrics.MetricFrame(
            metrics=named, y_true=drawn["actual"], y_pred=~drawn["predicted"], sensitive_features=drawn["race"]
        )
        return float(frame.difference()["selection_rate"])

    return rates


def evidently(drawn: dict[str, Any]) -> Callable[[], float]:
    """Compute the index with evidently's own function, on its own bins."""
    before, after = (pd.Series(drawn["age"][drawn["late"] == side]) for side in (False, True))
    return lambda: float(stattests.psi_stat_test(before, after, "num", 0.1).drift_score)
