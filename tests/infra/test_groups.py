"""Guardrails on groups, from an environment file to the plan that is obeyed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema  # type: ignore[import-untyped] # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from infra.checks.examine import examine
from infra.spec import Endpoint, Progressive, load
from infra.spec.groups import expanded, pairs
from infra.spec.load import load_with_places
from infra.spec.rollout import in_file
from lambdas.rollout.documents import decode, encode
from lambdas.rollout.groups import among
from lambdas.rollout.guardrails import DisparateImpact, ErrorRate, Fairness, OfGroups
from lambdas.rollout.judge.bench import split
from lambdas.rollout.plan import Plan
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.checks.pages import TODAY
from tests.infra.specs import FAIR, changed

if TYPE_CHECKING:
    from collections.abc import Sequence

IMPACT = DisparateImpact("disparate_impact")
_NAMES = st.from_regex(r"[a-z][a-z0-9 ]{0,6}[a-z]", fullmatch=True)
SCHEMAS = st.dictionaries(
    _NAMES, st.lists(_NAMES, min_size=2, max_size=4, unique=True).map(tuple), min_size=1, max_size=3
).map(lambda groups: Schema(dict.fromkeys(groups, Kind.CATEGORY), Predicted("d", positive="y"), groups))
ENTRIES: st.SearchStrategy[OfGroups] = st.sampled_from(
    [Fairness("demographic_parity"), Fairness("equal_opportunity", margin=1.2), IMPACT, replace(IMPACT, at_least=0.9)]
)


def _endpoint(folder: Path, text: str = FAIR) -> Endpoint:
    file = folder / "prod.yaml"
    file.write_text(text, encoding="utf-8")
    (endpoint,) = load(file).endpoints
    return endpoint


def _plan(folder: Path, text: str = FAIR) -> Plan:
    rollout = _endpoint(folder, text).rollout
    assert isinstance(rollout, Progressive)
    return rollout.plan


def test_each_entry_stands_for_its_groups_in_its_place(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    assert [each.key for each in plan.guardrails] == [
        "error_rate",
        "demographic_parity[race=white]",
        "demographic_parity[race=black]",
        "demographic_parity[race=asian]",
        "demographic_parity[sex=female]",
        "demographic_parity[sex=male]",
        "error_rate_at_most",
        "equal_opportunity[sex=female]",
        "equal_opportunity[race=black]",
        "disparate_impact[race=black/race=white]",
        "disparate_impact[race=asian/race=white]",
        "predictive_equality[race=asian]",
    ]
    assert [among(each) for each in plan.guardrails] == [1, *[5] * 5, 1, 2, 2, 2, 2, 1]
    assert plan.guardrails[1] == Fairness("demographic_parity", ("race=white",), detect=1.4, among=5)
    assert plan.guardrails[7] == Fairness("equal_opportunity", ("sex=female",), min_group=50, among=2)
    assert plan.guardrails[9] == DisparateImpact("disparate_impact", ("race=black",), "race=white", among=2)


def test_the_plan_that_was_read_is_the_one_that_is_obeyed(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    assert decode(Plan, encode(plan)) == plan
    assert sum(split(plan).values()) == pytest.approx(plan.false_rollback)


def test_without_against_each_group_is_held_against_each_other_of_its_column(tmp_path: Path) -> None:
    plan = _plan(tmp_path, changed(FAIR, "disparate_impact, against: race=white", "disparate_impact"))
    found = {(each.group, each.against) for each in plan.guardrails if isinstance(each, DisparateImpact)}
    races, sexes = ("race=white", "race=black", "race=asian"), ("sex=female", "sex=male")
    assert found == {(one, other) for column in (races, sexes) for one in column for other in column if one != other}
    assert {among(each) for each in plan.guardrails if isinstance(each, DisparateImpact)} == {8}


@pytest.mark.parametrize(
    ("predicted", "worthy"),
    [
        ("{label: decision, positive: approved}", "positive"),
        ("{label: decision, positive: approved, favourable: approved}", "positive"),
        ("{label: decision, positive: default, favourable: repaid}", "negative"),
        ("{label: decision, classes: [approved, denied, later], favourable: approved}", "positive"),
    ],
)
def test_who_deserves_a_favourable_answer_follows_from_the_schema(
    predicted: str, worthy: str, tmp_path: Path
) -> None:
    plan = _plan(tmp_path, changed(FAIR, "{label: decision, positive: approved}", predicted))
    assert {each.worthy for each in plan.guardrails if isinstance(each, Fairness)} == {worthy}


@given(SCHEMAS, ENTRIES)
def test_groups_are_those_of_the_schema_and_pairs_are_of_one_column(schema: Schema, entry: OfGroups) -> None:
    found = expanded(entry, schema)
    assert len({each.key for each in found}) == len(found)
    for each in found:
        assert among(each) == len(found)
        assert isinstance(each, Fairness | DisparateImpact)
        assert each.group in schema.each_group
        if isinstance(each, DisparateImpact):
            assert each.group.split("=")[0] == each.against.split("=")[0]
            assert each.group != each.against
    if isinstance(entry, DisparateImpact):
        assert len(pairs(entry, schema)) == sum(len(names) * (len(names) - 1) for names in schema.groups.values())
    assert expanded(ErrorRate(), schema) == (ErrorRate(),)


@given(SCHEMAS, st.lists(ENTRIES, max_size=3), st.integers(0, 3))
def test_every_guardrail_is_told_by_its_place_in_the_file(
    schema: Schema, entries: Sequence[OfGroups], first: int
) -> None:
    written = [*entries[:first], ErrorRate(), *entries[first:]]
    judged = [(place, each) for place, entry in enumerate(written) for each in expanded(entry, schema)]
    assert list(in_file(Plan((), tuple(each for _, each in judged)))) == judged


def test_what_the_checks_say_of_a_guardrail_behind_groups_points_at_its_line(tmp_path: Path) -> None:
    text = changed(
        FAIR,
        "        - {metric: predictive_equality, groups: [race=asian]}",
        "        - {metric: latency, percentile: 50}",
    )
    file = tmp_path / "prod.yaml"
    file.write_text(text, encoding="utf-8")
    (loaded,) = load_with_places([file])
    (notice,) = (each for each in examine(loaded, TODAY) if each.check.id == "median-hides-tail")
    assert notice.keys == ("endpoints", "mortgage", "rollout", "guardrails", 5, "percentile")
    assert "percentile: 50" in text.splitlines()[notice.place.line - 1]


def test_groups_do_not_thin_the_error_budget_by_themselves(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text(FAIR, encoding="utf-8")
    (loaded,) = load_with_places([file])
    assert "error-budget-too-thin" not in {each.check.id for each in examine(loaded, TODAY)}


def test_an_editor_takes_the_file() -> None:
    schema = json.loads((Path(__file__).parents[2] / "environments" / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(YAML(typ="safe", pure=True).load(FAIR), schema)
    wrong = changed(FAIR, "predictive_equality, groups", "predictive_equality, group")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(YAML(typ="safe", pure=True).load(wrong), schema)
