"""SageMaker Model Monitor on an endpoint: deployed for real, changed, kept through an update, and taken away."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra import monitored
from infra.spec import Capture, Endpoint, Monitor
from lambdas.rollout.names import ledger_table
from tests.stacks.specs import ENDPOINT, V2, environment
from tests.stacks.stage import IMAGES, Stage, stage

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.terraform

SERVING = "test-serving"
MONITOR = Monitor(
    "s3://monitors/all",
    image="468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer",
    statistics=json.dumps({"features": ["${not.terraforms}"]}),
    constraints=json.dumps({"version": 0.0}),
)
WATCHED = replace(ENDPOINT, capture=Capture("s3://captures/here"), monitor=MONITOR)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("monitor"), IMAGES, provisioning="0.1") as made:
        for bucket in ("captures", "monitors"):
            place = {"LocationConstraint": "eu-west-1"}
            made.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        keys = {"endpoint": "HASH", "item": "RANGE"}
        made.client("dynamodb").create_table(
            TableName=ledger_table("test"),
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        made.terraform.synth(environment(WATCHED))
        made.terraform.init(SERVING)
        made.terraform.applied(SERVING)
        yield made


def schedule(stage: Stage) -> Any:
    return stage.client("sagemaker").describe_monitoring_schedule(MonitoringScheduleName="mortgage")


def job(stage: Stage) -> Any:
    name = schedule(stage)["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"]
    return stage.client("sagemaker").describe_data_quality_job_definition(JobDefinitionName=name)


def jobs(stage: Stage) -> list[str]:
    listed = stage.client("sagemaker").list_data_quality_job_definitions()["JobDefinitionSummaries"]
    return [each["MonitoringJobDefinitionName"] for each in listed]


def objects(stage: Stage) -> dict[str, Any]:
    s3 = stage.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="monitors").get("Contents", ())]
    return {f"s3://monitors/{key}": json.load(s3.get_object(Bucket="monitors", Key=key)["Body"]) for key in keys}


def change(stage: Stage, endpoint: Endpoint) -> None:
    stage.terraform.synth(environment(endpoint))
    stage.terraform.applied(SERVING)
    again = stage.terraform.plan(SERVING)
    assert again.code == 0, again.text


def test_a_schedule_compares_captures_with_the_baseline_that_was_put_beside_it(deployed: Stage) -> None:
    assert deployed.terraform.plan(SERVING).code == 0
    shown, definition = schedule(deployed), job(deployed)
    assert (shown["MonitoringScheduleStatus"], shown["EndpointName"]) == ("Scheduled", "mortgage")
    assert shown["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"] == "cron(0 0 ? * * *)"
    assert definition["DataQualityJobInput"]["EndpointInput"]["EndpointName"] == "mortgage"
    baseline = definition["DataQualityBaselineConfig"]
    found = objects(deployed)
    assert found[baseline["StatisticsResource"]["S3Uri"]] == json.loads(MONITOR.statistics)
    assert found[baseline["ConstraintsResource"]["S3Uri"]] == json.loads(MONITOR.constraints)
    assert len(found) == 2
    role = definition["RoleArn"].rpartition("/")[2]
    assert role == monitored.role_name("test", "mortgage")


def test_captures_are_text_that_the_analyzer_reads(deployed: Stage) -> None:
    live = deployed.live("mortgage")
    found = deployed.client("sagemaker").describe_endpoint_config(EndpointConfigName=live)
    assert found["DataCaptureConfig"]["CaptureContentTypeHeader"] == {
        "CsvContentTypes": ["text/csv"],
        "JsonContentTypes": ["application/json"],
    }


def test_another_baseline_is_another_job_and_the_schedule_goes_over_to_it(deployed: Stage) -> None:
    (before,) = jobs(deployed)
    moved = replace(MONITOR, statistics=json.dumps({"features": []}), constraints="", every=3_600)
    change(deployed, replace(WATCHED, monitor=moved))
    (after,) = jobs(deployed)
    assert after != before
    assert list(objects(deployed).values()) == [{"features": []}]
    shown = schedule(deployed)["MonitoringScheduleConfig"]
    assert shown["MonitoringJobDefinitionName"] == after
    assert shown["ScheduleConfig"]["ScheduleExpression"] == "cron(0 * ? * * *)"
    assert "ConstraintsResource" not in job(deployed)["DataQualityBaselineConfig"]
    change(deployed, WATCHED)
    assert jobs(deployed) == [before]


def test_an_endpoint_that_changes_keeps_its_monitor(deployed: Stage) -> None:
    before, config = schedule(deployed), deployed.live("mortgage")
    change(deployed, replace(WATCHED, stable=V2))
    assert deployed.live("mortgage") != config
    assert schedule(deployed)["LastModifiedTime"] == before["LastModifiedTime"]


def test_a_monitor_that_is_taken_out_is_gone_and_one_that_is_not_goes_with_its_endpoint(deployed: Stage) -> None:
    change(deployed, replace(WATCHED, stable=V2, monitor=None))
    listed = deployed.client("sagemaker").list_monitoring_schedules
    assert (listed()["MonitoringScheduleSummaries"], jobs(deployed), objects(deployed)) == ([], [], {})
    assert deployed.described("mortgage")["EndpointStatus"] == "InService"
    change(deployed, replace(WATCHED, stable=V2))
    assert len(listed()["MonitoringScheduleSummaries"]) == 1
    deployed.terraform.destroyed(SERVING)
    assert (listed()["MonitoringScheduleSummaries"], jobs(deployed), objects(deployed)) == ([], [], {})
