"""What is synthesized for Athena, argument by argument."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra.analysed import analysed
from lake import tables
from stacks.app import build
from tests.infra.test_analysed import ANALYSED
from tests.stacks.keyed import KEY
from tests.stacks.specs import environment

if TYPE_CHECKING:
    from pathlib import Path

KEYED = replace(ANALYSED, name="keyed", kms_key=KEY)
KINDS = ("aws_glue_catalog_database", "aws_glue_catalog_table", "aws_athena_workgroup")


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("analysed")
    build([environment(ANALYSED, KEYED)], folder).synth()
    return json.loads((folder / "stacks" / "test-serving" / "cdk.tf.json").read_text())["resource"]


def named(resources: Any, kind: str) -> dict[str, Any]:
    return {
        each["name"]: {key: value for key, value in each.items() if key != "//"} for each in resources[kind].values()
    }


def test_there_is_one_database_for_the_environment(resources: Any) -> None:
    assert named(resources, "aws_glue_catalog_database") == {"serinus_test": {"name": "serinus_test"}}


def test_tables_are_what_the_lake_reads(resources: Any) -> None:
    found = named(resources, "aws_glue_catalog_table")
    assert set(found) == {"captures_credit_eu", "truths_credit_eu", "captures_keyed", "truths_keyed"}
    (database,) = resources["aws_glue_catalog_database"]
    place = analysed("test", ANALYSED)
    assert place
    for name, table in place.tables.items():
        assert found[name] == {
            "name": name,
            "database_name": f"${{aws_glue_catalog_database.{database}.name}}",
            "table_type": "EXTERNAL_TABLE",
            # As Terraform reads it: $${ is ${.
            "parameters": {key: value.replace("${", "$${") for key, value in table.properties.items()},
            "partition_keys": [{"name": column, "type": "string"} for column in table.partitions],
            "storage_descriptor": {
                "location": table.location,
                "columns": [{"name": column, "type": kind} for column, kind in table.columns.items()],
                "input_format": tables.INPUT,
                "output_format": tables.OUTPUT,
                "ser_de_info": {
                    "serialization_library": tables.SERDE,
                    "parameters": tables.SERDE_PROPERTIES,
                },
            },
        }


def test_a_workgroup_holds_its_clients_to_place_key_and_limit(resources: Any) -> None:
    found = named(resources, "aws_athena_workgroup")
    assert found["serinus-test-Credit-EU"] == {
        "name": "serinus-test-Credit-EU",
        "force_destroy": True,
        "configuration": {
            "enforce_workgroup_configuration": True,
            "publish_cloudwatch_metrics_enabled": True,
            "bytes_scanned_cutoff_per_query": 10**11,
            "result_configuration": {
                "output_location": "s3://captures/here/athena.results/test/Credit-EU/",
                "encryption_configuration": {"encryption_option": "SSE_S3"},
            },
        },
    }
    keyed = found["serinus-test-keyed"]["configuration"]["result_configuration"]
    assert keyed["encryption_configuration"] == {"encryption_option": "SSE_KMS", "kms_key_arn": KEY}


def test_without_analysis_nothing_of_it_is_made(tmp_path: Path) -> None:
    build([environment(replace(ANALYSED, analysis=None))], tmp_path).synth()
    made = json.loads((tmp_path / "stacks" / "test-serving" / "cdk.tf.json").read_text())["resource"]
    assert not [kind for kind in KINDS if kind in made]
