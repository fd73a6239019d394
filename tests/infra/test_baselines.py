"""Baselines of an environment: read when it is, refused with what is wrong and the fix, told to the functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from infra.spec import Endpoint, load
from infra.spec.baselines import MOST
from lambdas.rollout.documents import encode
from lambdas.rollout.quality.bins import ANSWER, Baseline
from tests.infra.specs import NATIVE, PROGRESSIVE, changed, refusal

if TYPE_CHECKING:
    from pathlib import Path

WATCHED = (
    PROGRESSIVE
    + """\
    capture: {to: s3://captures/here}
    schema:
      columns: {income: number, race: category}
      predicted: {score: risk, positive: "yes"}
    baseline: usual/statistics.json
"""
)


def _number(name: str, *values: float) -> dict[str, Any]:
    sketch = {"kll": {"sketch": {"data": [sorted(values)]}}}
    return {
        "name": name,
        "inferred_type": "Fractional",
        "numerical_statistics": {
            "common": {"num_present": len(values), "num_missing": 0},
            **dict.fromkeys(("mean", "sum", "std_dev", "min", "max"), 0.0),
            "distribution": sketch,
        },
    }


def _category(name: str, **counts: int) -> dict[str, Any]:
    buckets = [{"value": value, "count": count} for value, count in counts.items()]
    common = {"num_present": sum(counts.values()), "num_missing": 0}
    return {
        "name": name,
        "inferred_type": "String",
        "string_statistics": {"common": common, "distribution": {"categorical": {"buckets": buckets}}},
    }


INCOME, RACE = _number("income", *range(100)), _category("race", white=70, black=30)


def write(folder: Path, *features: dict[str, Any]) -> None:
    (folder / "usual").mkdir(exist_ok=True)
    text = json.dumps({"version": 0.0, "dataset": {"item_count": 100}, "features": list(features)})
    (folder / "usual" / "statistics.json").write_text(text, encoding="utf-8")


def _endpoint(folder: Path, text: str = WATCHED) -> Endpoint:
    (folder / "prod.yaml").write_text(text, encoding="utf-8")
    return load(folder / "prod.yaml").endpoints[0]


def test_each_column_is_cut_into_bins_and_the_answer_where_the_file_has_it(tmp_path: Path) -> None:
    write(tmp_path, INCOME, RACE, _number("somewhat else", 1.0))
    assert [(each.feature, len(each.counts)) for each in _endpoint(tmp_path).inputs.features] == [
        ("income", 11),
        ("race", 4),
    ]
    write(tmp_path, RACE, _number(ANSWER, 0.1, 0.9), INCOME)
    assert [each.feature for each in _endpoint(tmp_path).inputs.features] == ["income", "race", ANSWER]


def test_the_path_is_from_the_folder_of_the_file_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, INCOME, RACE)
    (tmp_path / "base.yaml").write_text(WATCHED, encoding="utf-8")
    (tmp_path / "further").mkdir()
    (tmp_path / "further" / "prod.yaml").write_text("extends: ../base.yaml\n", encoding="utf-8")
    (endpoint,) = load(tmp_path / "further" / "prod.yaml").endpoints
    assert endpoint.inputs.features


def test_without_a_baseline_there_is_none(tmp_path: Path) -> None:
    assert _endpoint(tmp_path, PROGRESSIVE).inputs == Baseline()


LINE = "prod.yaml:32  endpoints.mortgage.baseline: usual/statistics.json"
WRITE = (
    "write one with `serinus quality ENV ENDPOINT --captures DIR --write-baseline DIR`, and name its statistics.json"
)


@pytest.mark.parametrize(
    ("features", "problem", "fix"),
    [
        ((INCOME,), "has no feature race, which is among the schema's columns", WRITE),
        (
            (INCOME, _number("race", 1.0)),
            "has race as a number, and the schema as a category",
            f"correct the schema's columns, or {WRITE}",
        ),
        (
            (_category("income", low=3), RACE),
            "has income as a category, and the schema as a number",
            f"correct the schema's columns, or {WRITE}",
        ),
        (
            (_number("income"), RACE),
            "has no value of income",
            f"take data in which there are some, and {WRITE}",
        ),
        (
            (INCOME, _category("race")),
            "has no value of race",
            f"take data in which there are some, and {WRITE}",
        ),
    ],
)
def test_what_a_baseline_lacks_is_told(
    tmp_path: Path, features: tuple[dict[str, Any], ...], problem: str, fix: str
) -> None:
    write(tmp_path, *features)
    assert refusal(tmp_path, WATCHED) == f"{LINE}\n  {problem}\n  fix: {fix}"


def test_a_file_that_is_not_there_or_none_is_told(tmp_path: Path) -> None:
    said = refusal(tmp_path, WATCHED)
    assert said.startswith(f"{LINE}\n  cannot be read: [Errno 2] No such file or directory")
    assert said.endswith(f"fix: write its path from this file's folder; {WRITE}")
    write(tmp_path)
    (tmp_path / "usual" / "statistics.json").write_text("[]", encoding="utf-8")
    assert "is no statistics.json of Model Monitor" in refusal(tmp_path, WATCHED)
    (tmp_path / "usual" / "statistics.json").write_bytes(b"\xff\xfe")
    assert "cannot be read" in refusal(tmp_path, WATCHED)


def test_more_than_an_item_of_the_ledger_holds_is_refused(tmp_path: Path) -> None:
    names = {f"{number:05d}" + "x" * 20_000: 1 for number in range(20)}
    write(tmp_path, INCOME, _category("race", **names))
    assert f"bytes, and the ledger takes {MOST:,} of them" in refusal(tmp_path, WATCHED)
    write(tmp_path, INCOME, _category("race", **{name[:15_000]: 1 for name in names}))
    assert len(encode(_endpoint(tmp_path).inputs)) > 300_000


def test_a_baseline_asks_for_what_it_is_compared_with(tmp_path: Path) -> None:
    write(tmp_path, INCOME, RACE)
    bare = PROGRESSIVE + "    baseline: usual/statistics.json\n"
    said = refusal(tmp_path, bare)
    assert "the endpoint has no schema to read them" in said
    assert "endpoints.mortgage.capture\n  is missing, and a baseline is compared with captured requests" in said
    native = NATIVE + WATCHED.removeprefix(PROGRESSIVE)
    assert "a native rollout has no canary" in refusal(tmp_path, native)


@pytest.mark.parametrize("name", ['"{variant}"', "über", ANSWER])
def test_a_feature_has_a_name_that_cloudwatch_takes(tmp_path: Path, name: str) -> None:
    write(tmp_path, INCOME, RACE)
    said = refusal(tmp_path, changed(WATCHED, "income: number", f"{name}: number"))
    assert "is no fit name of a feature that is watched" in said
    assert _endpoint(tmp_path, changed(WATCHED, "    baseline: usual/statistics.json\n", "")).inputs == Baseline()
