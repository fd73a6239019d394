"""Baselines in Model Monitor's format: written, read back, and compared with as rows are."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.baseline import constraints, gathered, statistics
from lake.drift import Rows, drift
from lake.engine import Lake
from lake.since import absent, since
from lambdas.rollout.quality.bins import ANSWER
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from lambdas.rollout.quality.statistics import Categories, Numbers, UnreadableError, read

SCHEMA = Schema({"x": Kind.NUMBER, "c": Kind.CATEGORY}, Predicted(score="score", positive="1"))
MODEL_MONITORS: dict[str, Any] = {
    "version": 0.0,
    "dataset": {"item_count": 7},
    "features": [
        {
            "name": "x",
            "inferred_type": "Fractional",
            "numerical_statistics": {
                "common": {"num_present": 6, "num_missing": 1},
                "mean": 2.0,
                "sum": 12.0,
                "std_dev": 1.0,
                "min": 0.5,
                "max": 4.0,
                "distribution": {
                    "kll": {
                        "buckets": [{"lower_bound": 0.5, "upper_bound": 4.0, "count": 6.0}],
                        "sketch": {"parameters": {"c": 0.64, "k": 2048.0}, "data": [[0.5, 4.0], [1.5, 2.5]]},
                    }
                },
            },
        },
        {
            "name": "c",
            "inferred_type": "String",
            "string_statistics": {
                "common": {"num_present": 6, "num_missing": 0},
                "distinct_count": 2.0,
                "distribution": {
                    "categorical": {"buckets": [{"value": "a", "count": 4}, {"value": "b", "count": 2}]}
                },
            },
        },
    ],
}
"""As "Schema for Statistics" in the SageMaker developer guide lays it out."""


def _lake(size: int, seed: int = 0) -> Lake:
    generator = np.random.default_rng(seed)
    connection = duckdb.connect()
    given_ = {"x": np.round(generator.gamma(2, 10, size), 3), "s": generator.random(size)}
    connection.register("given", given_)
    connection.execute(
        "CREATE TABLE rows AS SELECT 'stable' AS variant, TRUE AS asked, x,"
        " CASE WHEN s < 0.1 THEN NULL WHEN s < 0.5 THEN 'a' ELSE 'b' END AS c, s AS score FROM given"
    )
    return Lake(connection, SCHEMA)


@pytest.mark.parametrize("size", [1, 7, 2_048, 2_049, 10_001])
def test_what_is_written_is_read_back(size: int) -> None:
    found = gathered(_lake(size))
    again = read(json.dumps(statistics(found)))
    assert again == found
    numbers = again["x"]
    assert isinstance(numbers, Numbers)
    assert sum(rows for _, rows in numbers.sketch) == size


def test_statistics_are_the_rows() -> None:
    size = 5_000
    lake = _lake(size)
    values = np.array([each["x"] for each in lake.ask("SELECT x FROM rows")])
    written = {each["name"]: each for each in statistics(gathered(lake))["features"]}
    numbers = written["x"]["numerical_statistics"]
    assert numbers["mean"] == pytest.approx(values.mean(), rel=1e-12)
    assert numbers["std_dev"] == pytest.approx(values.std(), rel=1e-9)
    assert (numbers["min"], numbers["max"]) == (values.min(), values.max())
    assert numbers["common"] == {"num_present": size, "num_missing": 0}
    buckets = numbers["distribution"]["kll"]["buckets"]
    assert [each["count"] for each in buckets] == pytest.approx(np.histogram(values, 10)[0], abs=size / 1_000)
    assert sum(each["count"] for each in buckets) == size
    text = written["c"]["string_statistics"]
    assert text["common"]["num_present"] + text["common"]["num_missing"] == size
    assert [each["value"] for each in text["distribution"]["categorical"]["buckets"]] == ["a", "b"]


def test_constraints_say_what_the_statistics_allow() -> None:
    written = constraints(read(json.dumps(MODEL_MONITORS)))
    assert written["features"] == [
        {
            "name": "x",
            "completeness": 6 / 7,
            "inferred_type": "Fractional",
            "num_constraints": {"is_non_negative": True},
        },
        {"name": "c", "completeness": 1.0, "inferred_type": "String", "string_constraints": {"domains": ["a", "b"]}},
    ]
    assert written["version"] == 0.0
    assert written["monitoring_config"]["distribution_constraints"]["comparison_method"] == "Robust"


def test_model_monitors_own_file_is_read() -> None:
    found = read(json.dumps(MODEL_MONITORS))
    numbers = found["x"]
    assert isinstance(numbers, Numbers)
    assert numbers.sketch == ((0.5, 1), (1.5, 2), (2.5, 2), (4.0, 1))
    assert [numbers.quantile(share) for share in (0.1, 0.5, 0.9)] == [0.5, 1.5, 4.0]
    assert found["c"] == Categories(6, 0, {"a": 4, "b": 2})
    assert absent(_lake(5), found) == (ANSWER,)


def test_buckets_stand_in_for_a_sketch() -> None:
    document = json.loads(json.dumps(MODEL_MONITORS))
    del document["features"][0]["numerical_statistics"]["distribution"]["kll"]["sketch"]
    numbers = read(json.dumps(document))["x"]
    assert isinstance(numbers, Numbers)
    assert numbers.sketch == ((2.25, 6),)


def test_a_baseline_file_tells_what_its_rows_would() -> None:
    before, after = _lake(20_000, 1), _lake(4_000, 2)
    baseline = read(json.dumps(statistics(gathered(before))))
    rows = after.ask("SELECT x, c, score FROM rows")
    before.connection.register("later", {name: np.array([each[name] for each in rows]) for name in ("x", "score")})
    before.connection.execute(
        "CREATE TABLE later_rows AS SELECT x * 1.2 AS x, 'a' AS c, score, TRUE AS asked FROM later"
    )
    exact = drift(before, Rows(), Rows("later_rows"))
    sketched = since(before, baseline, Rows("later_rows"))
    for one, other in zip(exact, sketched, strict=True):
        assert other.feature == one.feature
        assert other.psi == pytest.approx(one.psi, abs=0.01)
        assert other.distance == pytest.approx(one.distance, abs=0.01)
        assert (other.before, other.after, other.missing_before) == (one.before, one.after, one.missing_before)
        if one.statistic is not None:
            assert other.statistic == pytest.approx(one.statistic, abs=2e-3)


JSONS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["features", "name", "numerical_statistics", "string_statistics", "common"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSONS)
def test_whatever_the_file_holds_it_is_read_or_refused(document: object) -> None:
    with suppress(UnreadableError):
        read(json.dumps({"features": [document]}))
    with suppress(UnreadableError):
        read(json.dumps(document))


def test_no_json_is_refused() -> None:
    with pytest.raises(UnreadableError, match=r"no statistics\.json"):
        read("{")
