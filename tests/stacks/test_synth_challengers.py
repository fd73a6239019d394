"""Challengers, by the synthesized stacks: variants at weight 0, alarms, release and tags of their own."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.content import pair
from infra.spec import Endpoint, ModelVersion, Progressive
from infra.spec.endpoint import Autoscaling
from lambdas.rollout.plan import FULL, Experiment, Routing, Step
from stacks.app import build
from tests.stacks.specs import ENDPOINT, PLAN, V2, environment

LEAN = ModelVersion("v2-lean", image="serinus/good:1", environment={"GREETING": "three"})
_TEST = Step(3_000, 3_600, 7_200, experiment=Experiment(7_200, split=3_000, challengers={"lean": 3_000}))
_STEPS = (_TEST, Step(FULL, 3_600, 7_200))
TESTED = replace(
    ENDPOINT,
    canary=V2,
    challengers={"lean": LEAN},
    autoscaling=Autoscaling(1, 4, 100),
    rollout=Progressive("progressive", replace(PLAN, steps=_STEPS, routing=Routing.STICKY)),
)


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return _synth(tmp_path_factory.mktemp("synth"), TESTED)


def _synth(folder: Path, endpoint: Endpoint) -> dict[str, Any]:
    build([environment(endpoint)], folder).synth()
    files = {part: folder / "stacks" / f"test-{part}" / "cdk.tf.json" for part in ("control", "serving")}
    return {part: json.loads(file.read_text()) for part, file in files.items()}


def test_a_challenger_is_a_variant_to_which_sagemaker_sends_nothing(stacks: dict[str, Any]) -> None:
    (config,) = stacks["serving"]["resource"]["aws_sagemaker_endpoint_configuration"].values()
    variants = {each["variant_name"]: each for each in config["production_variants"]}
    assert list(variants) == ["stable", "canary", "lean"]
    assert variants["lean"]["initial_variant_weight"] == 0
    assert 'counts["lean"]' in variants["lean"]["initial_instance_count"]
    assert "production_variants[2].initial_variant_weight" in config["lifecycle"]["ignore_changes"]
    assert config["tags"]["serinus:challenger:lean"] == "v2-lean"


def test_it_has_the_canarys_alarms_under_its_own_name_and_the_release_knows_them(stacks: dict[str, Any]) -> None:
    resources = stacks["serving"]["resource"]
    alarms = {alarm["alarm_name"]: alarm for alarm in resources["aws_cloudwatch_metric_alarm"].values()}
    ours = {name for name in alarms if ".lean." in name}
    assert {name.replace(".lean.", ".canary.") for name in ours} == {name for name in alarms if ".canary." in name}
    for name in ours:
        watched = [query["metric"]["dimensions"] for query in alarms[name]["metric_query"] if "metric" in query]
        assert {each["VariantName"] for each in watched} == {"lean", "stable"}
    (item,) = (each["item"] for each in resources["aws_dynamodb_table_item"].values())
    release = json.loads(json.loads(item)["document"]["S"])
    (told,) = release["challengers"]
    assert (told["name"], told["version"], set(told["alarms"])) == ("lean", "v2-lean", ours)


def test_its_rewards_are_taken(stacks: dict[str, Any]) -> None:
    functions = stacks["control"]["resource"]["aws_lambda_function"].values()
    (variables,) = (f["environment"]["variables"] for f in functions if f["function_name"].endswith("-reward"))
    assert variables["SERINUS_REWARDED"] == "mortgage:lean"


def test_another_challenger_is_another_set_of_models_and_without_any_nothing_changes() -> None:
    assert pair(TESTED) != pair(replace(TESTED, challengers={"lean": replace(LEAN, version="v3")}))
    assert pair(replace(TESTED, challengers={})) == pair(replace(ENDPOINT, canary=V2))
