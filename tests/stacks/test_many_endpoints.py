"""Five hundred endpoints in one environment: nothing that grows with them outgrows what AWS takes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cdktf import App

from infra import artifact, captured, policies
from infra.place import Place
from infra.spec import Capture, Native, Progressive, Strategy
from lambdas.rollout.plan import Plan, Shadow, Step
from stacks.app import PROJECT
from stacks.control import ControlStack
from tests.stacks.specs import ENDPOINT, PLAN, V2, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infra.spec import Endpoint, Environment

MANY = 500
_NATIVE = Native("native", Strategy.ALL_AT_ONCE)
_SHADOWED = Plan((Step(0, 3_600, 7_200, shadow=Shadow(3_600)), *PLAN.steps), PLAN.guardrails)


def _name(index: int) -> str:
    return f"{index:03d}-" + "long" * 14  # 60 of the 63 characters that SageMaker allows


def _shadowed(name: str) -> Endpoint:
    rollout = Progressive("progressive", _SHADOWED)
    return replace(ENDPOINT, name=name, canary=V2, rollout=rollout, capture=Capture("s3://captures/all", 10_000))


def _environment() -> Environment:
    """Two in five are native, the rest progressive; one in five begins with a shadow, all captured in one bucket."""
    progressive, native = replace(ENDPOINT, canary=V2), replace(ENDPOINT, rollout=_NATIVE)
    kinds = [_shadowed(""), native, progressive, native, progressive]
    return environment(*(replace(kinds[index % 5], name=_name(index)) for index in range(MANY)))


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The control stack as Terraform reads it."""
    folder: Path = tmp_path_factory.mktemp("many")
    app = App(outdir=str(folder))
    code = artifact.build(PROJECT / "lambdas")
    ControlStack(app, "many-control", environment=_environment(), artifact=code, work=folder / "artifact")
    app.synth()
    return json.loads((folder / "stacks" / "many-control" / "cdk.tf.json").read_text())["resource"]


def _compact(text: str) -> int:
    return len(json.dumps(json.loads(text), separators=(",", ":")))


def test_every_role_holds_its_policy(control: Any) -> None:
    found = {name: _compact(each["policy"]) for name, each in control["aws_iam_role_policy"].items()}
    assert len(found) >= 6
    assert not {name: length for name, length in found.items() if length > 10_240}


def test_every_pattern_fits_and_all_endpoints_are_in_one(control: Any) -> None:
    rules = control["aws_cloudwatch_event_rule"].values()
    assert all(len(rule["event_pattern"]) <= 2_048 for rule in rules)
    assert len(rules) <= 300  # on a bus (EventBridge user guide, "Quotas")
    begins = [json.loads(rule["event_pattern"]) for rule in rules if rule["name"].startswith("serinus-test-begin")]
    named = [name for pattern in begins for name in pattern["detail"]["EndpointName"]]
    assert sorted(named) == sorted(_name(index) for index in range(MANY))


def test_every_rule_may_call_its_function_and_leave_its_dead(control: Any) -> None:
    rules = {name: each["name"] for name, each in control["aws_cloudwatch_event_rule"].items()}
    allowed = [each["source_arn"] for each in control["aws_lambda_permission"].values()]
    assert sorted(allowed) == sorted(f"${{aws_cloudwatch_event_rule.{name}.arn}}" for name in rules)
    (queue,) = [q for q in control["aws_sqs_queue"].values() if q["name"].endswith("dead-letters")]
    (statement,) = [each for each in json.loads(queue["policy"])["Statement"] if each["Effect"] == "Allow"]
    sources = [arn.rpartition("/")[2] for arn in statement["Condition"]["ArnEquals"]["aws:SourceArn"]]
    assert sources == sorted(rules.values())
    assert len(queue["policy"]) <= 8_192


def test_a_functions_permissions_and_variables_fit(control: Any) -> None:
    permissions: dict[str, int] = {}
    for each in control["aws_lambda_permission"].values():
        permissions[each["function_name"]] = permissions.get(each["function_name"], 0) + 450  # a statement, at most
    assert max(permissions.values()) <= 20_480  # a function's policy (Lambda developer guide, "Quotas")
    for function in control["aws_lambda_function"].values():
        assert len(json.dumps(function["environment"]["variables"])) <= 4_096


def test_the_workflow_does_not_know_endpoints(control: Any) -> None:
    (machine,) = control["aws_sfn_state_machine"].values()
    assert _name(0) not in machine["definition"]


def test_a_bucket_holds_the_notifications_and_the_prefix_is_still_its_own() -> None:
    (prefixes,) = captured.prefixes(_environment()).values()
    assert len(prefixes) == MANY // 5 == 100
    endpoints = (*_environment().endpoints, _shadowed("z"))
    (few,) = captured.prefixes(replace(_environment(), endpoints=endpoints)).values()
    assert few == ("all/",)


def _sagemaker(function: str, count: int) -> Iterator[dict[str, Any]]:
    place, names = Place("prod", "123456789012", "eu-west-1"), [_name(index) for index in range(count)]
    for statement in policies.function(place, function, policies.Reach(names, returning=names))["Statement"]:
        if any(action.startswith("sagemaker:") for action in statement["Action"]):
            yield statement


@pytest.mark.parametrize("function", ["live", "begin", "advance", "rollback"])
def test_few_endpoints_are_named_and_many_are_told_by_the_environments_tag(function: str) -> None:
    few = list(_sagemaker(function, 10))
    assert not any("Condition" in each for each in few)
    assert not any(
        resource.endswith(("endpoint/*", "endpoint-config/*")) for each in few for resource in each["Resource"]
    )
    many = list(_sagemaker(function, MANY))
    assert {each["Action"][0] for each in many} == {each["Action"][0] for each in few}
    own = {"StringEquals": {"aws:ResourceTag/serinus:environment": "prod"}}
    assert all(each["Condition"] == own for each in many)
    resources = {resource.rpartition(":")[2] for each in many for resource in each["Resource"]}
    assert resources <= {"endpoint/*", "endpoint-config/*"}
