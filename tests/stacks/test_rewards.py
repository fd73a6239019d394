"""Where rewards and truths come in, by the synthesized stack: there if somebody learns from them, and only then."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.spec import Control, Endpoint, Environment, Progressive, Rewards
from lambdas.rollout.plan import Bandit, Experiment, Plan, Routing, Step
from stacks.app import build
from tests.quality.fakes import SCHEMA
from tests.stacks.specs import ENDPOINT, PLAN, V2, environment

STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/purchases"
_LAST = Step(weight=10_000, bake=3_600, max_bake=7_200)
_EXPERIMENT = Step(weight=5_000, bake=0, max_bake=0, experiment=Experiment(max_=86_400))
_BANDIT = Step(weight=5_000, bake=0, max_bake=0, bandit=Bandit(max_=86_400))


def _endpoint(*steps: Step, name: str = "mortgage") -> Endpoint:
    plan: Plan = replace(PLAN, steps=(*steps, _LAST), routing=Routing.STICKY)
    return replace(ENDPOINT, name=name, canary=V2, rollout=Progressive("progressive", plan))


def _resources(folder: Path, spec: Environment) -> Any:
    build([spec], folder).synth()
    return json.loads((folder / "stacks" / "test-control" / "cdk.tf.json").read_text())["resource"]


def _of_rewards(resources: Any, kind: str) -> list[Any]:
    return [made for name, made in resources.get(kind, {}).items() if name.startswith("rewards_")]


@pytest.mark.parametrize("step", [_EXPERIMENT, _BANDIT])
def test_a_plan_that_learns_from_rewards_has_them_counted(tmp_path: Path, step: Step) -> None:
    resources = _resources(tmp_path, environment(_endpoint(step), _endpoint(name="other")))
    (function,), (table,), (url,) = (
        _of_rewards(resources, kind)
        for kind in ("aws_lambda_function", "aws_dynamodb_table", "aws_lambda_function_url")
    )
    assert function["handler"] == "lambdas.reward.handler.handler"
    variables = function["environment"]["variables"]
    assert variables["SERINUS_REWARDED"] == "mortgage"
    assert variables["SERINUS_REWARD_WINDOW"] == "86400"
    assert variables["SERINUS_REWARDS"] == table["name"] == "serinus-test-rewards"
    assert (table["hash_key"], table["ttl"]["attribute_name"]) == ("item", "expires")
    assert url["authorization_type"] == "AWS_IAM"
    assert not resources.get("aws_lambda_event_source_mapping")


def test_other_plans_have_no_such_function(tmp_path: Path) -> None:
    resources = _resources(tmp_path, environment(_endpoint()))
    assert not _of_rewards(resources, "aws_lambda_function")
    assert not _of_rewards(resources, "aws_dynamodb_table")


def _granted(resources: Any) -> dict[str, list[str]]:
    (policy,) = _of_rewards(resources, "aws_iam_role_policy")
    statements = json.loads(policy["policy"])["Statement"]
    return {action: statement["Resource"] for statement in statements for action in statement["Action"]}


def test_it_may_note_what_it_counts_and_nothing_else(tmp_path: Path) -> None:
    granted = _granted(_resources(tmp_path, environment(_endpoint(_EXPERIMENT))))
    assert granted.pop("dynamodb:PutItem") == ["arn:aws:dynamodb:eu-west-1:123456789012:table/serinus-test-rewards"]
    assert {action.split(":")[0] for action in granted} == {"logs", "xray"}


def test_where_truths_lie_it_takes_them_and_may_put_them_there_and_nowhere_else(tmp_path: Path) -> None:
    known = replace(_endpoint(), schema=replace(SCHEMA, ground_truth="s3://truths/all"))
    granted = _granted(_resources(tmp_path, environment(known, _endpoint(name="other"))))
    assert granted["s3:PutObject"] == ["arn:aws:s3:::truths/all/mortgage/*"]
    assert granted["dynamodb:GetItem"] == ["arn:aws:dynamodb:eu-west-1:123456789012:table/serinus-test-ledger"]
    keyed = replace(environment(known), kms_key="arn:aws:kms:eu-west-1:123456789012:key/1234abcd")
    assert "kms:GenerateDataKey" in _granted(_resources(tmp_path / "keyed", keyed))


def test_a_stream_is_read_in_batches_with_partial_failures(tmp_path: Path) -> None:
    spec = environment(_endpoint(_EXPERIMENT))
    control: Control = replace(spec.control, rewards=Rewards(window=3_600, stream=STREAM))
    resources = _resources(tmp_path, replace(spec, control=control))
    (mapping,) = _of_rewards(resources, "aws_lambda_event_source_mapping")
    assert (mapping["event_source_arn"], mapping["starting_position"]) == (STREAM, "TRIM_HORIZON")
    assert mapping["function_response_types"] == ["ReportBatchItemFailures"]
    granted = _granted(resources)
    reads = {action.removeprefix("kinesis:") for action, on in granted.items() if on == [STREAM]}
    assert reads == {"DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"}
    assert granted["sqs:SendMessage"] == ["arn:aws:sqs:eu-west-1:123456789012:serinus-test-dead-letters"]
    (function,) = _of_rewards(resources, "aws_lambda_function")
    assert function["environment"]["variables"]["SERINUS_REWARD_WINDOW"] == "3600"
