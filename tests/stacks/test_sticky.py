"""Sticky endpoints: AppConfig, flags and the router, by the synthesized stack."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.flags import document
from infra.spec import Endpoint, Progressive
from infra.spec.flag import Condition, Flag
from lambdas.client.flags import read
from lambdas.rollout.plan import Routing
from stacks.app import build
from tests.stacks.specs import ENDPOINT, PLAN, V2, environment

_FLAGS = (
    Flag("staff", "ml-platform", "2027-06-30", when=(Condition("email", ends_with="@example.com"),)),
    Flag(
        "beta",
        "ml-platform",
        "2027-06-30",
        when=(Condition("region", one_of=("eu", "us")), Condition("tier", equals="b")),
    ),
    Flag("open", "ml-platform", "2027-06-30", on=True),
)
STICKY = replace(
    ENDPOINT, canary=V2, flags=_FLAGS, rollout=Progressive("progressive", replace(PLAN, routing=Routing.STICKY))
)


def _control(folder: Path, *endpoints: Endpoint) -> Any:
    build([environment(*endpoints)], folder).synth()
    return json.loads((folder / "stacks" / "test-control" / "cdk.tf.json").read_text())


def test_each_sticky_endpoint_has_a_profile_of_its_own_and_the_flags_have_one(tmp_path: Path) -> None:
    stack = _control(tmp_path, STICKY, replace(ENDPOINT, name="other"))["resource"]
    names = {profile["name"] for profile in stack["aws_appconfig_configuration_profile"].values()}
    assert (
        names
        == {each["name"] for each in stack["aws_appconfig_environment"].values()}
        == {"mortgage", "feature_flags"}
    )


def test_without_sticky_routing_there_is_no_router(tmp_path: Path) -> None:
    stack = _control(tmp_path, ENDPOINT)["resource"]
    assert not [kind for kind in stack if "appconfig" in kind or "url" in kind]


def test_the_router_may_ask_sticky_endpoints_only_and_change_nothing(tmp_path: Path) -> None:
    stack = _control(tmp_path, STICKY, replace(ENDPOINT, name="other"))["resource"]
    policy = next(json.loads(p["policy"]) for name, p in stack["aws_iam_role_policy"].items() if "router" in name)
    granted = {action: s["Resource"] for s in policy["Statement"] for action in s["Action"]}
    assert [arn.rpartition("/")[2] for arn in granted["sagemaker:InvokeEndpoint"]] == ["mortgage"]
    assert not [action for action in granted if action.startswith(("appconfig:Create", "appconfig:StartDepl"))]
    (url,) = stack["aws_lambda_function_url"].values()
    assert url["authorization_type"] == "AWS_IAM"


def test_flags_are_powertools_own_schema() -> None:
    written = document(environment(STICKY))
    assert read(json.dumps(written).encode()) == written
    assert written["mortgage.open"] == {"default": True}
    (rule,) = written["mortgage.beta"]["rules"].values()
    assert [condition["action"] for condition in rule["conditions"]] == ["KEY_IN_VALUE", "EQUALS"]
