"""For all: what is right comes back as it was written; what is not raises SpecErrors and nothing else."""

import copy
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from infra.spec import Environment, Progressive, SpecError, SpecErrors, load
from infra.spec.endpoint import Endpoint
from infra.spec.model import ModelVersion
from infra.spec.reader import keys_of
from infra.spec.rollout import Native
from lambdas.rollout.documents import decode, encode
from lambdas.rollout.guardrails import Counts, DisparateImpact, ErrorRate, Fairness
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.quality.schema import Predicted, Schema
from lambdas.rollout.quantities import Quantity
from tests.infra.environments import environments
from tests.infra.specs import FAIR, NATIVE, PROGRESSIVE
from tests.infra.written import write

_OURS = (Environment, Endpoint, Progressive, Schema, Predicted)
_KEYS = sorted(
    {
        key
        for cls in (*_OURS, ModelVersion, Native, Step, ErrorRate, Counts, Quantity, Fairness, DisparateImpact)
        for key in keys_of(cls)
    }
)
_WORDS = st.sampled_from(
    [
        "",
        "10m",
        "1%",
        "-1%",
        "progressive",
        "native",
        "rolling",
        "error_rate",
        "latency",
        "counts",
        "demographic_parity",
        "disparate_impact",
        "race=black",
        "category",
        "s3://b",
        "v1",
        "1" * 400,
    ]
)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | _WORDS
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=25,
)


def _load_or_refuse(folder: Path, text: str) -> None:
    file = folder / "prod.yaml"
    file.write_text(text, encoding="utf-8")
    for error in _errors(file):
        assert error.place.file == file
        assert error.place.line >= 1
        assert error.problem
        assert error.fix


def _errors(file: Path) -> tuple[SpecError, ...]:
    try:
        load(file)
    except SpecErrors as refusal:
        return refusal.errors
    return ()


@given(environment=environments())
@settings(max_examples=60, deadline=None)
def test_what_is_right_comes_back_as_it_was_written(environment: Environment, tmp_path_factory: Any) -> None:
    assert load(write(environment, tmp_path_factory.mktemp("round"))) == environment


@given(environment=environments())
@settings(max_examples=60, deadline=None)
def test_a_plan_survives_the_ledger(environment: Environment) -> None:
    for endpoint in environment.endpoints:
        if isinstance(endpoint.rollout, Progressive):
            plan = endpoint.rollout.plan
            assert decode(Plan, encode(plan)) == plan


@given(environment=environments())
@settings(max_examples=20, deadline=None)
def test_pydantic_agrees_that_a_loaded_plan_has_the_cores_types(environment: Environment) -> None:
    for endpoint in environment.endpoints:
        if isinstance(endpoint.rollout, Progressive):
            plan = endpoint.rollout.plan
            assert TypeAdapter(Plan).validate_json(json.dumps(asdict(plan)), strict=True) == plan


@given(mapping=st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=8), _VALUES, max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_mapping_raises_anything_but_spec_errors(mapping: dict[str, Any], tmp_path_factory: Any) -> None:
    _load_or_refuse(tmp_path_factory.mktemp("mapping"), json.dumps(mapping))


@given(
    text=st.text(st.sampled_from("ab01:-,[]{}&*!|>'\"#%@? \n\t<"), max_size=60)
    | st.text(st.characters(codec="utf-8"), max_size=60)
)
@settings(max_examples=150, deadline=None)
def test_no_text_raises_anything_but_spec_errors(text: str, tmp_path_factory: Any) -> None:
    _load_or_refuse(tmp_path_factory.mktemp("text"), text)


@given(data=st.data(), right=st.sampled_from([PROGRESSIVE, NATIVE, FAIR]))
@settings(max_examples=200, deadline=None)
def test_no_change_of_one_value_raises_anything_but_spec_errors(
    data: st.DataObject, right: str, tmp_path_factory: Any
) -> None:
    document = copy.deepcopy(YAML(typ="safe", pure=True).load(right))
    path = data.draw(st.sampled_from(_paths(document)))
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(_VALUES)
    _load_or_refuse(tmp_path_factory.mktemp("change"), json.dumps(document))


def _paths(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path for key, child in children for path in _paths(child, (*above, key))]
    return [*found, above] if above else found
