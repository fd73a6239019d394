"""An endpoint with a schema: what is captured and what turned out to be true is told, read and joined."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra import captured
from infra.constructs.function import variables
from infra.place import CAPTURES, Place
from infra.policies import Reach, function
from infra.spec import Capture, Environment
from lambdas.rollout.documents import decode
from lambdas.rollout.names import predictions_table
from lambdas.rollout.quality.bins import Baseline, Bins
from lambdas.rollout.quality.schema import Schema
from stacks.app import build
from tests.quality.fakes import SCHEMA
from tests.stacks.conftest import Synthesized
from tests.stacks.specs import ENDPOINT, environment

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Place("test", "123456789012", "eu-west-1")
TRUE = replace(SCHEMA, ground_truth="s3://truths/risk/")
WATCHED = Baseline((Bins("income", (5, 5, 0), edges=(30.0,)),))
KNOWN = replace(ENDPOINT, capture=Capture("s3://captures/all"), schema=TRUE, inputs=WATCHED)
OTHER = replace(ENDPOINT, name="documents")


def _known() -> Environment:
    return environment(KNOWN, OTHER)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    folder: Path = tmp_path_factory.mktemp("known") / "cdktf.out"
    build([_known()], folder).synth()
    return Synthesized(folder)


def _actions(reach: Reach) -> dict[str, list[str]]:
    statements = function(PLACE, CAPTURES, reach)["Statement"]
    return {action: statement["Resource"] for statement in statements for action in statement["Action"]}


def test_both_kinds_of_files_are_told_and_may_be_read(made: Synthesized) -> None:
    assert captured.prefixes(_known()) == {"captures": ("all/mortgage/",), "truths": ("risk/mortgage/",)}
    told = made.resources("test-serving", "aws_s3_bucket_notification")
    assert {each["bucket"]: [queue["filter_prefix"] for queue in each["queue"]] for each in told} == {
        "captures": ["all/mortgage/"],
        "truths": ["risk/mortgage/"],
    }
    objects = captured.objects(_known())
    assert _actions(Reach((), captures=objects))["s3:GetObject"] == objects
    assert objects == ["arn:aws:s3:::captures/all/mortgage/*", "arn:aws:s3:::truths/risk/mortgage/*"]


def test_captures_are_kept_as_long_as_each_endpoint_says_and_truths_are_not_touched(tmp_path: Path) -> None:
    week, month = (Capture("s3://captures/all", keep=days * 86_400) for days in (7, 30))
    weekly = replace(KNOWN, capture=week)
    build([environment(weekly, replace(OTHER, capture=month))], tmp_path / "cdktf.out").synth()
    (rules,) = Synthesized(tmp_path / "cdktf.out").resources("test-serving", "aws_s3_bucket_lifecycle_configuration")
    assert rules["bucket"] == "captures"
    assert [(rule["filter"][0]["prefix"], rule["expiration"][0]["days"]) for rule in rules["rule"]] == [
        ("all/mortgage/", 7),
        ("all/documents/", 30),
    ]


def test_where_nothing_says_for_how_long_no_buckets_rules_are_touched(made: Synthesized) -> None:
    assert made.resources("test-serving", "aws_s3_bucket_lifecycle_configuration") == []


@pytest.mark.parametrize(
    ("capture", "header"),
    [
        (Capture("s3://captures/all"), None),
        (
            Capture("s3://captures/all", csv=("text/csv",), json=("application/json", "application/vnd.acme")),
            {"csv_content_types": ["text/csv"], "json_content_types": ["application/json", "application/vnd.acme"]},
        ),
        (Capture("s3://captures/all", json=("application/json",)), {"json_content_types": ["application/json"]}),
    ],
)
def test_bodies_are_text_where_their_content_is_named(capture: Capture, header: Any, tmp_path: Path) -> None:
    build([environment(replace(KNOWN, capture=capture))], tmp_path / "cdktf.out").synth()
    (made,) = Synthesized(tmp_path / "cdktf.out").resources("test-serving", "aws_sagemaker_endpoint_configuration")
    assert made["data_capture_config"].get("capture_content_type_header") == header


def test_who_joins_truths_has_a_table_for_it_and_one_who_compares_shadows_has_not(made: Synthesized) -> None:
    tables = {table["name"] for table in made.resources("test-control", "aws_dynamodb_table")}
    assert predictions_table("test") in tables
    assert "serinus-test-pairs" not in tables
    known, staged = _actions(Reach((), known=("m",))), _actions(Reach((), staged=("m",)))
    joins = {"dynamodb:UpdateItem", "cloudwatch:PutMetricData"}
    assert joins <= known.keys()
    assert not joins & staged.keys()
    assert "dynamodb:BatchGetItem" in staged.keys() - known.keys()


def test_metrics_are_put_into_our_namespace_alone(made: Synthesized) -> None:
    (policy,) = [
        json.loads(each["policy"])
        for each in made.resources("test-control", "aws_iam_role_policy")
        if "PutMetricData" in each["policy"]
    ]
    (put,) = [each for each in policy["Statement"] if "cloudwatch:PutMetricData" in each["Action"]]
    assert put["Condition"] == {"StringEquals": {"cloudwatch:namespace": ["Serinus"]}}


def test_the_schema_is_in_the_ledger_before_the_endpoint_changes(made: Synthesized) -> None:
    items: list[Any] = [
        json.loads(each["item"]) for each in made.resources("test-serving", "aws_dynamodb_table_item")
    ]
    (item,) = [each for each in items if each["item"]["S"] == "schema"]
    assert item["endpoint"] == {"S": "mortgage"}
    assert decode(Schema, item["document"]["S"]) == TRUE
    endpoints = made.stack("test-serving")["resource"]["aws_sagemaker_endpoint"]
    (endpoint,) = [each for each in endpoints.values() if each["name"] == "mortgage"]
    assert any("schema" in each for each in endpoint["depends_on"])


def test_the_baseline_is_in_the_ledger_and_functions_are_told_that_there_is_one(made: Synthesized) -> None:
    items: list[Any] = [
        json.loads(each["item"]) for each in made.resources("test-serving", "aws_dynamodb_table_item")
    ]
    (item,) = [each for each in items if each["item"]["S"] == "baseline"]
    assert item["endpoint"] == {"S": "mortgage"}
    assert decode(Baseline, item["document"]["S"]) == WATCHED
    endpoints = made.stack("test-serving")["resource"]["aws_sagemaker_endpoint"]
    (endpoint,) = [each for each in endpoints.values() if each["name"] == "mortgage"]
    assert any("baseline" in each for each in endpoint["depends_on"])
    functions = made.resources("test-control", "aws_lambda_function")
    assert {each["environment"]["variables"]["SERINUS_BASELINES"] for each in functions} == {"1"}
    assert variables(PLACE, environment(OTHER))["SERINUS_BASELINES"] == ""


def test_the_function_is_there_for_a_schema_alone(made: Synthesized) -> None:
    functions = {each["function_name"]: each for each in made.resources("test-control", "aws_lambda_function")}
    variables = functions["serinus-test-captures"]["environment"]["variables"]
    assert variables["SERINUS_PREDICTIONS"] == predictions_table("test")
    assert captured.prefixes(environment(OTHER)) == {}
