"""What is synthesized of a monitor, argument by argument."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra import monitored
from infra.place import Place
from stacks.app import build
from tests.infra.test_monitored import AWSS, MONITORED
from tests.stacks.keyed import KEY
from tests.stacks.specs import environment

if TYPE_CHECKING:
    from pathlib import Path

KEYED = replace(MONITORED, name="keyed", kms_key=KEY)
KINDS = ("aws_s3_object", "aws_sagemaker_data_quality_job_definition", "aws_sagemaker_monitoring_schedule")


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("monitored")
    build([environment(MONITORED, KEYED)], folder).synth()
    return json.loads((folder / "stacks" / "test-serving" / "cdk.tf.json").read_text())["resource"]


def of(resources: Any, kind: str, endpoint: str) -> dict[str, Any]:
    return {name: each for name, each in resources[kind].items() if name.startswith(f"{endpoint}_")}


def only(resources: Any, kind: str, endpoint: str = "mortgage") -> tuple[str, Any]:
    ((name, found),) = of(resources, kind, endpoint).items()
    return name, {key: value for key, value in found.items() if key != "//"}


def test_the_job_reads_the_endpoints_captures_and_writes_reports(resources: Any) -> None:
    _, job = only(resources, "aws_sagemaker_data_quality_job_definition")
    needed = job.pop("depends_on")
    statistics, constraints = monitored.files(MONITORED)
    assert {each.split(".")[0] for each in needed} == {
        "aws_iam_role_policy",
        "aws_s3_object",
        "aws_sagemaker_endpoint",
    }
    (role,) = (name for name in of(resources, "aws_iam_role", "mortgage") if "monitor" in name)
    assert job == {
        "name": monitored.definition_name("test", MONITORED),
        "role_arn": f"${{aws_iam_role.{role}.arn}}",
        "data_quality_app_specification": {
            "image_uri": AWSS,
            "environment": {"publish_cloudwatch_metrics": "Enabled"},
        },
        "data_quality_baseline_config": {
            "statistics_resource": {"s3_uri": statistics},
            "constraints_resource": {"s3_uri": constraints},
        },
        "data_quality_job_input": {
            "endpoint_input": {
                "endpoint_name": "mortgage",
                "local_path": "/opt/ml/processing/input/endpoint",
                "s3_data_distribution_type": "FullyReplicated",
                "s3_input_mode": "File",
            }
        },
        "data_quality_job_output_config": {
            "monitoring_outputs": {
                "s3_output": {
                    "s3_uri": "s3://monitors/all/mortgage/reports",
                    "local_path": "/opt/ml/processing/output",
                    "s3_upload_mode": "EndOfJob",
                }
            }
        },
        "job_resources": {
            "cluster_config": {"instance_count": 1, "instance_type": "ml.m5.large", "volume_size_in_gb": 20}
        },
        "network_config": {"enable_network_isolation": True, "enable_inter_container_traffic_encryption": True},
        "stopping_condition": {"max_runtime_in_seconds": 3_600},
    }


def test_the_schedule_is_of_the_job_and_after_the_endpoint(resources: Any) -> None:
    job, _ = only(resources, "aws_sagemaker_data_quality_job_definition")
    endpoint, _ = only(resources, "aws_sagemaker_endpoint")
    assert only(resources, "aws_sagemaker_monitoring_schedule")[1] == {
        "name": "mortgage",
        "monitoring_schedule_config": {
            "monitoring_job_definition_name": f"${{aws_sagemaker_data_quality_job_definition.{job}.name}}",
            "monitoring_type": "DataQuality",
            "schedule_config": {"schedule_expression": "cron(0 0 ? * * *)"},
        },
        "depends_on": [f"aws_sagemaker_endpoint.{endpoint}"],
        "lifecycle": {"replace_triggered_by": [f"aws_sagemaker_data_quality_job_definition.{job}"]},
    }


def test_the_baselines_files_have_no_tags_of_the_environment_and_any_text(resources: Any) -> None:
    found = {f"s3://{each['bucket']}/{each['key']}": each for each in of(resources, KINDS[0], "mortgage").values()}
    assert {uri: b64decode(each["content_base64"]).decode() for uri, each in found.items()} == monitored.files(
        MONITORED
    )
    for each in found.values():
        assert each["override_provider"] == {"default_tags": {"tags": {}}}
        assert each["lifecycle"] == {"create_before_destroy": True}
        assert "kms_key_id" not in each


def test_with_a_key_reports_volume_and_baseline_are_encrypted_with_it(resources: Any) -> None:
    _, job = only(resources, "aws_sagemaker_data_quality_job_definition", "keyed")
    assert job["data_quality_job_output_config"]["kms_key_id"] == KEY
    assert job["job_resources"]["cluster_config"]["volume_kms_key_id"] == KEY
    assert {each["kms_key_id"] for each in of(resources, "aws_s3_object", "keyed").values()} == {KEY}


def test_sagemaker_alone_takes_the_role_and_it_may_what_the_policy_says(resources: Any) -> None:
    (role,) = (each for name, each in of(resources, "aws_iam_role", "mortgage").items() if "monitor" in name)
    (own,) = (each for name, each in of(resources, "aws_iam_role_policy", "mortgage").items() if "monitor" in name)
    assert role["name"] == monitored.role_name("test", "mortgage")
    (trust,) = json.loads(role["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert json.loads(own["policy"]) == monitored.policy(Place("test", "123456789012", "eu-west-1"), MONITORED)


def test_captures_are_written_as_text_where_a_monitor_reads_them(resources: Any) -> None:
    _, configuration = only(resources, "aws_sagemaker_endpoint_configuration")
    assert configuration["data_capture_config"]["capture_content_type_header"] == {
        "csv_content_types": ["text/csv"],
        "json_content_types": ["application/json"],
    }


def test_without_a_monitor_nothing_of_it_is_made(tmp_path: Path) -> None:
    build([environment(replace(MONITORED, monitor=None))], tmp_path).synth()
    made = json.loads((tmp_path / "stacks" / "test-serving" / "cdk.tf.json").read_text())["resource"]
    assert not [kind for kind in KINDS if kind in made]
    (configuration,) = made["aws_sagemaker_endpoint_configuration"].values()
    assert "capture_content_type_header" not in configuration["data_capture_config"]
