"""An environment's own KMS key: everything that rests is encrypted with it, and who needs it may use it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra import execution, keys
from infra.place import REWARD, Place
from infra.spec import Asynchronous, Capture, Environment, Instance, Rewards, load
from infra.spec.keys import with_keys
from infra.volumes import volume_key
from stacks.app import PROJECT, build
from tests.infra.specs import PROGRESSIVE, changed
from tests.stacks.conftest import Synthesized
from tests.stacks.keyed import KEY
from tests.stacks.specs import ENDPOINT, environment

AT_REST = {
    "aws_dynamodb_table": "server_side_encryption.kms_key_arn",
    "aws_sqs_queue": "kms_master_key_id",
    "aws_sns_topic": "kms_master_key_id",
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_lambda_function": "kms_key_arn",
    "aws_sfn_state_machine": "encryption_configuration.kms_key_id",
    "aws_appconfig_configuration_profile": "kms_key_identifier",
    "aws_appconfig_deployment": "kms_key_identifier",
    "aws_sagemaker_endpoint_configuration": "kms_key_arn",
}
"""Where each kind of resource that keeps data takes its key."""
KEEPS_NOTHING = {
    "aws_appconfig_application",
    "aws_appconfig_deployment_strategy",
    "aws_appconfig_environment",
    "aws_appconfig_hosted_configuration_version",  # under its profile's key
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_metric_alarm",
    "aws_dynamodb_table_item",  # under its table's key
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_function_url",
    "aws_lambda_invocation",
    "aws_lambda_permission",
    "aws_s3_bucket_notification",
    "aws_sagemaker_endpoint",
    "aws_sagemaker_model",
}


def keyed() -> Environment:
    """The environment with a bit of everything, under a key of its own."""
    return with_keys(replace(load(PROJECT / "environments" / "path.yaml"), kms_key=KEY))


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("keyed")
    build([keyed()], folder).synth()
    found: dict[str, dict[str, Any]] = {}
    for stack in ("path-control", "path-serving"):
        for kind, made in json.loads((folder / "stacks" / stack / "cdk.tf.json").read_text())["resource"].items():
            found.setdefault(kind, {}).update(made)
    return found


def at(resource: dict[str, Any], path: str) -> Any:
    found: Any = resource
    for part in path.split("."):
        found = found.get(part, {})
    return found


def test_every_kind_of_resource_is_known_to_keep_data_or_not_to(resources: dict[str, dict[str, Any]]) -> None:
    assert set(resources) - KEEPS_NOTHING == set(AT_REST)


@pytest.mark.parametrize("kind", AT_REST)
def test_what_rests_is_encrypted_with_the_environments_key(resources: dict[str, dict[str, Any]], kind: str) -> None:
    assert {at(resource, AT_REST[kind]) for resource in resources[kind].values()} == {KEY}


def test_captures_are_too(resources: dict[str, dict[str, Any]]) -> None:
    configurations = resources["aws_sagemaker_endpoint_configuration"].values()
    assert {each["data_capture_config"]["kms_key_id"] for each in configurations} == {KEY}


def test_each_role_may_do_with_the_key_what_its_calls_need(resources: dict[str, dict[str, Any]]) -> None:
    policies = {name.rpartition("_policy_")[0]: each for name, each in resources["aws_iam_role_policy"].items()}
    read, send = {"kms:Decrypt"}, {"kms:Decrypt", "kms:GenerateDataKey"}
    assert {name.removesuffix("_role"): used(json.loads(each["policy"])) for name, each in policies.items()} == {
        "live": read,
        "begin": send,
        "advance": send | {"kms:CreateGrant"},  # UpdateEndpoint, after the shadow
        "rollback": send,
        "workflow": send,
        "comparison_captures": read,
        "rewards_reward": read,
        "routing-requests_router": read,
        "routing-requests_forget": read,
        "routing_guard": set(),
        "mortgage_execution": send,
    }


def used(policy: dict[str, Any]) -> set[str]:
    """Tell what a policy lets somebody do with keys, all of it with this one alone."""
    statements = [each for each in policy["Statement"] if any(action.startswith("kms:") for action in each["Action"])]
    assert all(each["Resource"] == [KEY] for each in statements)
    return {action for each in statements for action in each["Action"]}


def test_without_a_key_nobody_may_use_any_and_nothing_names_one(synthesized: Synthesized) -> None:
    for stack in synthesized.stacks():
        text = json.dumps(synthesized.stack(stack))
        assert "arn:aws:kms" not in text
        assert '"kms:' not in text


def test_who_may_go_back_by_a_configuration_may_hand_the_key_on_to_sagemaker() -> None:
    own = environment(replace(ENDPOINT, kms_key=KEY))
    for name in ("advance", "rollback"):
        (statement,) = keys.function(own, name)
        assert (statement["Action"], statement["Resource"]) == (["kms:CreateGrant"], [KEY])
        assert statement["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert keys.function(own, "begin") == []


def test_rewards_of_a_stream_that_cannot_be_noted_are_sent_on() -> None:
    stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/purchases"
    plain = replace(environment(ENDPOINT), kms_key=KEY)
    streaming = replace(plain, control=replace(plain.control, rewards=Rewards(stream=stream)))
    assert [each["Action"] for each in keys.function(plain, REWARD)] == [["kms:Decrypt"]]
    assert [each["Action"] for each in keys.function(streaming, REWARD)] == [["kms:Decrypt", "kms:GenerateDataKey"]]


def test_an_endpoints_own_key_comes_before_the_environments() -> None:
    other, queued = KEY.replace("1234abcd", "other"), Asynchronous("s3://answers")
    found = with_keys(
        replace(
            environment(ENDPOINT, replace(ENDPOINT, kms_key=other, async_=queued), replace(ENDPOINT, async_=queued)),
            kms_key=KEY,
        )
    )
    assert [each.kms_key for each in found.endpoints] == [KEY, other, KEY]
    assert [each.async_ and each.async_.kms_key for each in found.endpoints] == [None, other, KEY]


def test_a_file_says_it_once_for_all_its_endpoints(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text(changed(PROGRESSIVE, "region: eu-west-1", f"region: eu-west-1\nkms_key: {KEY}"))
    found = load(file)
    assert (found.kms_key, [endpoint.kms_key for endpoint in found.endpoints]) == (KEY, [KEY])


def test_what_serves_reads_models_with_the_key_and_writes_captures() -> None:
    place, keyed = Place("test", "123456789012", "eu-west-1"), replace(ENDPOINT, kms_key=KEY)
    assert used(execution.policy(place, keyed)) == {"kms:Decrypt"}
    captured = replace(keyed, capture=Capture("s3://captures"))
    assert used(execution.policy(place, captured)) == {"kms:Decrypt", "kms:GenerateDataKey"}
    assert used(execution.policy(place, replace(captured, kms_key=None))) == set()


@pytest.mark.parametrize(
    ("instance", "local"),
    [
        ("ml.m5.large", False),
        ("ml.c7i.xlarge", False),
        ("ml.g5.xlarge", True),
        ("ml.g5g.xlarge", False),
        ("ml.g4dn.xlarge", True),
        ("ml.m6gd.large", True),
        ("ml.inf2.xlarge", False),
        ("ml.p4de.24xlarge", True),
        ("ml.p6-b200.48xlarge", True),
        ("ml.p3.2xlarge", False),
        ("ml.trn1.2xlarge", True),
    ],
)
def test_disks_of_an_instances_own_take_no_key(instance: str, *, local: bool) -> None:
    found = volume_key(replace(ENDPOINT, kms_key=KEY, instance=Instance(instance, 1)))
    assert found == (None if local else KEY)
