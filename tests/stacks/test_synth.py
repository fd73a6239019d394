"""What comes out of the environment files, as Terraform will read it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.synth import PLAIN
from infra.place import CAPTURES, FORGET, FUNCTIONS, REWARD, ROUTER, WITNESS
from infra.spec import Native, load
from stacks.app import PROJECT
from tests.stacks.conftest import Synthesized

ENVIRONMENTS = ["dev", "path", "prod", "sandbox", "staging"]
MORE = {"path": (FORGET, REWARD, ROUTER, CAPTURES)}
"""Functions that there are for the steps of a plan."""


def test_each_environment_is_two_stacks_control_first(synthesized: Synthesized) -> None:
    assert synthesized.stacks() == sorted(f"{e}-{part}" for e in ENVIRONMENTS for part in ("control", "serving"))
    manifest = json.loads((synthesized.folder / "manifest.json").read_text())
    for environment in ENVIRONMENTS:
        assert manifest["stacks"][f"{environment}-serving"]["dependencies"] == [f"{environment}-control"]


def test_another_process_in_another_folder_gives_the_same_bytes(synthesized: Synthesized, tmp_path: Path) -> None:
    again = tmp_path / "deeper" / "cdktf.out"
    environ = os.environ | {"CDKTF_OUTDIR": str(again), "PYTHONHASHSEED": "7", "TZ": "Asia/Kathmandu"}
    subprocess.run([sys.executable, str(PROJECT / "main.py")], cwd=tmp_path, env=environ, check=True, timeout=120)
    assert contents(again) == contents(synthesized.folder)


def test_the_bindings_loaded_the_plain_way_give_the_same_bytes(synthesized: Synthesized, tmp_path: Path) -> None:
    environ = os.environ | {"CDKTF_OUTDIR": str(tmp_path / "out"), "PYTHONPATH": str(PROJECT), "NODE_OPTIONS": ""}
    subprocess.run([sys.executable, "-c", PLAIN], env=environ, check=True, timeout=300)
    assert contents(tmp_path / "out") == contents(synthesized.folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_state_is_locked_in_s3_or_beside_the_output(synthesized: Synthesized, environment: str) -> None:
    backend = synthesized.stack(f"{environment}-serving")["terraform"]["backend"]
    if environment in ("path", "sandbox"):
        assert backend == {"local": {"path": f"../../../out/state/{environment}-serving.tfstate"}}
    else:
        assert backend["s3"]["use_lockfile"] is True
        assert backend["s3"]["encrypt"] is True
        assert backend["s3"]["key"] == f"serinus/{environment}/{environment}-serving.tfstate"


@pytest.mark.parametrize("stack", [f"{e}-{part}" for e in ENVIRONMENTS for part in ("control", "serving")])
def test_the_provider_keeps_to_its_account_and_tags_everything(synthesized: Synthesized, stack: str) -> None:
    (provider,) = synthesized.stack(stack)["provider"]["aws"]
    environment = load(PROJECT / "environments" / f"{stack.partition('-')[0]}.yaml")
    assert provider["allowed_account_ids"] == [environment.account]
    assert provider["default_tags"][0]["tags"] == {**environment.tags, "serinus:environment": environment.name}
    assert "endpoints" not in provider


def witness(environment: str) -> list[str]:
    """Name the function that looks on where SageMaker itself replaces a fleet, if there is such an endpoint."""
    endpoints = load(PROJECT / "environments" / f"{environment}.yaml").endpoints
    return [WITNESS] if any(isinstance(endpoint.rollout, Native) for endpoint in endpoints) else []


def test_sagemakers_own_deployments_are_witnessed_where_there_are_some(synthesized: Synthesized) -> None:
    assert [environment for environment in ENVIRONMENTS if witness(environment)] == ["dev", "prod", "staging"]
    rules = {rule["name"]: rule for rule in synthesized.resources("prod-control", "aws_cloudwatch_event_rule")}
    pattern = json.loads(rules["serinus-prod-witness"]["event_pattern"])
    assert pattern["detail"] == {"EndpointName": ["documents"]}
    assert len(pattern["detail-type"]) == 2


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_function_is_bounded_traced_and_logged(synthesized: Synthesized, environment: str) -> None:
    stack = f"{environment}-control"
    functions = synthesized.resources(stack, "aws_lambda_function")
    groups = {group["name"]: group for group in synthesized.resources(stack, "aws_cloudwatch_log_group")}
    assert {function["function_name"] for function in functions} == {
        f"serinus-{environment}-{name}" for name in (*FUNCTIONS, *witness(environment), *MORE.get(environment, ()))
    }
    for function in functions:
        name = function["function_name"].removeprefix(f"serinus-{environment}-")
        variables = function["environment"]["variables"]
        assert function["timeout"] <= int(variables["SERINUS_SETTLE"])
        assert function["tracing_config"] == {"mode": "Active"}
        assert groups[f"/aws/lambda/{function['function_name']}"]["retention_in_days"] > 0
        assert (PROJECT / "lambdas" / name / "handler.py").is_file()
        assert function["handler"] == f"lambdas.{name}.handler.handler"
        assert function["layers"] == ["${data.aws_ssm_parameter.powertools.insecure_value}"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_event_is_lost_unseen(synthesized: Synthesized, environment: str) -> None:
    stack = f"{environment}-control"
    (queue,) = (q for q in synthesized.resources(stack, "aws_sqs_queue") if q["name"].endswith("dead-letters"))
    targets = synthesized.resources(stack, "aws_cloudwatch_event_target")
    invocations = synthesized.resources(stack, "aws_lambda_function_event_invoke_config")
    assert len(targets) == len(invocations) == 2 + len(witness(environment))
    assert {target["dead_letter_config"]["arn"] for target in targets} == {
        invocation["destination_config"]["on_failure"]["destination"] for invocation in invocations
    }
    senders = json.loads(queue["policy"])["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"]
    rules = synthesized.resources(stack, "aws_cloudwatch_event_rule")
    assert {sender.rpartition("/")[2] for sender in senders} == {rule["name"] for rule in rules}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_protected_cannot_be_swept_away(synthesized: Synthesized, environment: str) -> None:
    tables = synthesized.resources(f"{environment}-control", "aws_dynamodb_table")
    (table,) = (each for each in tables if each["name"].endswith("ledger"))
    endpoints = synthesized.resources(f"{environment}-serving", "aws_sagemaker_endpoint")
    kept = load(PROJECT / "environments" / f"{environment}.yaml").control.deletion_protection
    assert table["deletion_protection_enabled"] is kept
    assert table["point_in_time_recovery"]["enabled"]
    assert all(each["server_side_encryption"]["enabled"] for each in tables)
    assert all(thing["lifecycle"]["prevent_destroy"] is kept for thing in (table, *endpoints))


def test_production_is_protected(synthesized: Synthesized) -> None:
    (table,) = synthesized.resources("prod-control", "aws_dynamodb_table")
    assert table["lifecycle"]["prevent_destroy"] is True
