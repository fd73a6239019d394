"""The serving stack's measures of truth, on the files of environments/ and on ours."""

import io
import json
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.spec import Autoscaling, BreakGlass, Capture, Endpoint, Instance, Native, Progressive, Size, Strategy
from infra.spec.rollout import StableFleet
from lambdas.rollout import names
from lambdas.rollout.plan import Routing, Shadow, Step
from stacks.app import build
from tests.stacks.conftest import Synthesized
from tests.stacks.specs import ENDPOINT, PLAN, V2, environment

ROLLING_OUT = replace(ENDPOINT, canary=V2)


def serving(folder: Path, endpoint: Endpoint) -> Any:
    build([environment(endpoint)], folder).synth()
    return json.loads((folder / "stacks" / "test-serving" / "cdk.tf.json").read_text())


def only(stack: Any, kind: str) -> Any:
    (resource,) = stack["resource"][kind].values()
    return resource


def pair_of(stack: Any) -> Any:
    """The configuration that a rollout works in; beside it is that of the second way back."""
    made = stack["resource"]["aws_sagemaker_endpoint_configuration"]
    return next(made[name] for name in made if name.startswith("mortgage_configuration"))


def test_an_endpoint_fails_its_deploy_when_it_serves_another_configuration(synthesized: Synthesized) -> None:
    for endpoint in synthesized.resources("prod-serving", "aws_sagemaker_endpoint"):
        (truth,) = endpoint["lifecycle"]["postcondition"]
        wanted = endpoint["endpoint_config_name"].strip("${}")
        assert truth["condition"] == f"${{(self.endpoint_config_name == {wanted})}}"
        assert any(item.startswith("aws_dynamodb_table_item.") for item in endpoint["depends_on"])


def test_a_configuration_is_replaced_by_content_and_asks_first(tmp_path: Path) -> None:
    configuration = pair_of(serving(tmp_path, ROLLING_OUT))
    lifecycle = configuration["lifecycle"]
    assert configuration["name_prefix"].startswith("mortgage-")
    assert configuration["tags"] == {"serinus:stable": "v1", "serinus:canary": "v2"}
    assert [variant["variant_name"] for variant in configuration["production_variants"]] == ["stable", "canary"]
    assert lifecycle["create_before_destroy"] is True
    assert lifecycle["precondition"][0]["condition"].endswith('.refusal == ""}')
    assert lifecycle["ignore_changes"] == [f"production_variants[{i}].initial_variant_weight" for i in (0, 1)]


def test_counts_are_left_to_autoscaling_where_there_is_some(tmp_path: Path) -> None:
    stack = serving(tmp_path, replace(ROLLING_OUT, autoscaling=Autoscaling(1, 4, 100)))
    configuration = pair_of(stack)
    assert "production_variants[1].initial_instance_count" in configuration["lifecycle"]["ignore_changes"]
    assert "coalesce(" in configuration["production_variants"][0]["initial_instance_count"]
    targets = stack["resource"]["aws_appautoscaling_target"].values()
    assert {target["resource_id"].rpartition("}")[2] for target in targets} == {
        "/variant/stable",
        "/variant/canary",
    }


def _scaled(folder: Path, fleet: StableFleet, endpoint: Endpoint = ROLLING_OUT) -> tuple[dict[str, Any], Any]:
    """Which variants' instances are never given up, and what the release says of stable's."""
    rollout = Progressive("progressive", PLAN, stable_fleet=fleet)
    stack = serving(folder, replace(endpoint, autoscaling=Autoscaling(1, 4, 100), rollout=rollout))
    policies = stack["resource"]["aws_appautoscaling_policy"].values()
    kept = {
        policy["resource_id"].rpartition("/")[2]: policy["target_tracking_scaling_policy_configuration"].get(
            "disable_scale_in", False
        )
        for policy in policies
    }
    item = json.loads(only(stack, "aws_dynamodb_table_item")["item"])
    return kept, json.loads(item["document"]["S"])["capacity"]


def test_stables_instances_are_kept_while_there_is_a_canary_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    known = {"per_instance": 100.0, "most": 4}
    assert _scaled(tmp_path / "a", StableFleet.KEEP) == ({"stable": True, "canary": False}, known)
    assert _scaled(tmp_path / "b", StableFleet.FOLLOW) == ({"stable": False, "canary": False}, None)
    assert _scaled(tmp_path / "c", StableFleet.KEEP, ENDPOINT) == ({"stable": False}, None)


def test_a_version_keeps_its_model_when_it_becomes_stable(tmp_path: Path) -> None:
    canary = serving(tmp_path / "a", ROLLING_OUT)["resource"]["aws_sagemaker_model"]
    stable = serving(tmp_path / "b", replace(ENDPOINT, stable=V2))["resource"]["aws_sagemaker_model"]
    ((address, model),) = stable.items()
    assert canary[address] == model


def test_the_release_tells_plan_and_alarms_of_the_canary(tmp_path: Path) -> None:
    item = json.loads(only(serving(tmp_path, ROLLING_OUT), "aws_dynamodb_table_item")["item"])
    release = json.loads(item["document"]["S"])
    assert (item["endpoint"], item["item"]) == ({"S": "mortgage"}, {"S": "release"})
    assert [step["weight"] for step in release["plan"]["steps"]] == [2_500, 10_000]
    assert release["alarms"] == [
        "serinus.test.mortgage.canary.error_rate",
        "serinus.test.mortgage.canary.latency_p95",
    ]


def test_the_swap_is_guarded_by_alarms_of_the_new_fleet_only(tmp_path: Path) -> None:
    stack = serving(tmp_path, ROLLING_OUT)
    alarms = {alarm["alarm_name"]: alarm for alarm in stack["resource"]["aws_cloudwatch_metric_alarm"].values()}
    deployment = only(stack, "aws_sagemaker_endpoint")["deployment_config"]
    (attached,) = deployment["auto_rollback_configuration"]["alarms"]
    fleet = alarms[attached["alarm_name"]]
    (configuration,) = (n for n in _configurations(stack) if n.startswith("mortgage_configuration"))
    assert fleet["lifecycle"]["replace_triggered_by"] == [f"aws_sagemaker_endpoint_configuration.{configuration}"]
    measured = [query["metric"] for query in fleet["metric_query"] if "metric" in query]
    assert all(configuration in metric["dimensions"]["EndpointConfigName"] for metric in measured)


def test_a_native_endpoint_leaves_the_rollout_to_sagemaker(tmp_path: Path) -> None:
    native = Native("native", Strategy.ROLLING, size=Size(percent=50), wait=60)
    stack = serving(tmp_path, replace(ENDPOINT, rollout=native, instance=Instance("ml.m5.large", 4)))
    policy = only(stack, "aws_sagemaker_endpoint")["deployment_config"]["rolling_update_policy"]
    assert policy["maximum_batch_size"] == {"type": "CAPACITY_PERCENT", "value": 50}
    (asked,) = stack["data"]["aws_lambda_invocation"].values()
    assert json.loads(asked["input"])["native"] is True


@pytest.mark.parametrize(
    ("endpoint", "kind"),
    [
        (replace(ROLLING_OUT, force="INC-4711, larger machines"), "force"),
        (replace(ROLLING_OUT, break_glass=BreakGlass("INC-4711, live is broken", 9_000, 1_000)), "break_glass"),
    ],
)
def test_overrides_are_loud(tmp_path: Path, endpoint: Endpoint, kind: str) -> None:
    with redirect_stderr(io.StringIO()) as said:
        stack = serving(tmp_path, endpoint)
    assert f"OVERRIDE {kind} on mortgage" in said.getvalue()
    assert "INC-4711" in stack["output"][f"{kind}-mortgage-override"]["value"]
    assert "INC-4711" in stack["check"][f"{kind}-mortgage"]["assert"][0]["error_message"]


def test_break_glass_asks_nobody_and_brings_its_weights(tmp_path: Path) -> None:
    stack = serving(tmp_path, replace(ROLLING_OUT, break_glass=BreakGlass("live is broken", 9_000, 1_000)))
    configuration = pair_of(stack)
    assert "aws_lambda_invocation" not in stack["data"]
    assert [v["initial_variant_weight"] for v in configuration["production_variants"]] == [9_000, 1_000]


SHADOWED = replace(
    ROLLING_OUT,
    capture=Capture("s3://a-bucket/there", sample=10),
    rollout=Progressive(
        "progressive", replace(PLAN, steps=(Step(0, 60, 240, shadow=Shadow(60, 5_000)), *PLAN.steps))
    ),
)


def test_a_shadow_step_has_a_configuration_of_its_own_made_up_front(tmp_path: Path) -> None:
    stack = serving(tmp_path, SHADOWED)
    made = _configurations(stack)
    shadow, pair = (
        next(c for c in made.values() if ("shadow_production_variants" in c) is is_shadow)
        for is_shadow in (True, False)
    )
    (stable,), (copy,) = shadow["production_variants"], shadow["shadow_production_variants"]
    assert (stable["variant_name"], copy["variant_name"]) == ("stable", "canary")
    assert copy["initial_variant_weight"] / stable["initial_variant_weight"] == 0.5
    assert shadow["data_capture_config"]["initial_sampling_percentage"] == 100
    assert pair["data_capture_config"]["initial_sampling_percentage"] == 10
    assert shadow["name_prefix"] != pair["name_prefix"]
    assert names.pair_and_shape(shadow["name_prefix"])[0] == names.pair_and_shape(pair["name_prefix"])[0]


def test_the_endpoint_follows_the_stage_that_is_live(tmp_path: Path) -> None:
    stack = serving(tmp_path, SHADOWED)
    endpoint = only(stack, "aws_sagemaker_endpoint")
    chosen = stack["locals"][endpoint["endpoint_config_name"].strip("${}").removeprefix("local.")]
    assert chosen.count(".stage ==") == 2
    assert chosen.rpartition(" : ")[2].startswith("aws_sagemaker_endpoint_configuration.mortgage_shadow")
    release = json.loads(json.loads(only(stack, "aws_dynamodb_table_item")["item"])["document"]["S"])
    assert [stage["name"] for stage in release["stages"]] == ["shadow", "pair", "back"]
    made = {f"aws_sagemaker_endpoint_configuration.{name}.name" for name in _configurations(stack)}
    assert {stage["config"].strip("${}") for stage in release["stages"]} == made


def _configurations(stack: Any) -> Any:
    return stack["resource"]["aws_sagemaker_endpoint_configuration"]


def test_there_is_a_configuration_to_go_back_by_with_stable_at_all_of_the_traffic(tmp_path: Path) -> None:
    stack = serving(tmp_path, ROLLING_OUT)
    made = _configurations(stack)
    back = next(made[name] for name in made if "back-configuration" in name)
    assert {v["variant_name"]: v["initial_variant_weight"] for v in back["production_variants"]} == {
        "stable": 10_000,
        "canary": 0,
    }
    pair, shape = names.pair_and_shape(pair_of(stack)["name_prefix"])
    assert names.pair_and_shape(back["name_prefix"]) == (pair, names.back_shape(shape))
    release = json.loads(json.loads(only(stack, "aws_dynamodb_table_item")["item"])["document"]["S"])
    assert [stage["name"] for stage in release["stages"]] == ["pair", "back"]


@pytest.mark.parametrize(
    "endpoint",
    [
        ENDPOINT,
        replace(ROLLING_OUT, rollout=Progressive("progressive", replace(PLAN, routing=Routing.STICKY))),
    ],
    ids=["no canary", "a router"],
)
def test_where_no_weights_move_there_is_one_configuration(tmp_path: Path, endpoint: Endpoint) -> None:
    assert len(_configurations(serving(tmp_path, endpoint))) == 1


def test_the_swap_from_shadow_to_pair_is_guarded_by_the_errors_of_both_fleets(tmp_path: Path) -> None:
    alarms = serving(tmp_path, SHADOWED)["resource"]["aws_cloudwatch_metric_alarm"].values()
    fleet = next(alarm for alarm in alarms if ".stable." in alarm["alarm_name"])
    measured = {q["metric"]["dimensions"]["EndpointConfigName"] for q in fleet["metric_query"] if "metric" in q}
    assert len(measured) == 2
