"""SageMaker Model Monitor on an endpoint: deployed for real, changed, kept through an update, and taken away."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from infra import monitored
from infra.spec import Capture, Monitor
from tests.stacks.specs import ENDPOINT, V2, environment
from tests.stacks.stage import IMAGES, Stage, stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stacks.terraform import Outcome

pytestmark = pytest.mark.terraform

SERVING = "test-serving"
MONITOR = Monitor(
    "s3://monitors/all",
    image="468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer",
    statistics=json.dumps({"features": ["${not.terraforms}"]}),
    constraints=json.dumps({"version": 0.0}),
)
WATCHED = replace(ENDPOINT, capture=Capture("s3://captures/here"), monitor=MONITOR)
MOVED = replace(MONITOR, statistics=json.dumps({"features": []}), constraints="", every=3_600)
AT_FIRST = [replace(WATCHED, name=name) for name in ("moved", "kept", "bare")]
THEN = [
    replace(WATCHED, name="moved", monitor=MOVED),
    replace(WATCHED, name="kept", stable=V2),
    replace(WATCHED, name="bare", monitor=None),
]


@dataclass(frozen=True)
class Story:
    """What Terraform planned after each deploy, and what there was before the second."""

    stage: Stage
    jobs: dict[str, str]
    serves: str
    changed: float
    plans: tuple[Outcome, ...]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("monitor"), IMAGES, provisioning="0.1") as made:
        made.make_buckets("captures", "monitors")
        made.make_ledger()
        made.terraform.synth(environment(*AT_FIRST))
        made.terraform.init(SERVING)
        made.terraform.applied(SERVING)
        yield made


@pytest.fixture(scope="module")
def changed(deployed: Stage) -> Story:
    """Give one endpoint another baseline, one another model, and take one's monitor out."""
    jobs = {name: job(deployed, name)["JobDefinitionName"] for name in ("moved", "kept", "bare")}
    serves, since = deployed.live("kept"), schedule(deployed, "kept")["LastModifiedTime"]
    first = deployed.terraform.plan(SERVING)
    deployed.terraform.synth(environment(*THEN))
    deployed.terraform.applied(SERVING)
    return Story(deployed, jobs, serves, since, (first, deployed.terraform.plan(SERVING)))


def schedule(stage: Stage, endpoint: str) -> Any:
    return stage.client("sagemaker").describe_monitoring_schedule(MonitoringScheduleName=endpoint)


def job(stage: Stage, endpoint: str) -> Any:
    name = schedule(stage, endpoint)["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"]
    return stage.client("sagemaker").describe_data_quality_job_definition(JobDefinitionName=name)


def jobs(stage: Stage) -> set[str]:
    listed = stage.client("sagemaker").list_data_quality_job_definitions()["JobDefinitionSummaries"]
    return {each["MonitoringJobDefinitionName"] for each in listed}


def schedules(stage: Stage) -> set[str]:
    listed = stage.client("sagemaker").list_monitoring_schedules()["MonitoringScheduleSummaries"]
    return {each["MonitoringScheduleName"] for each in listed}


def objects(stage: Stage) -> dict[str, Any]:
    s3 = stage.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="monitors").get("Contents", ())]
    return {f"s3://monitors/{key}": json.load(s3.get_object(Bucket="monitors", Key=key)["Body"]) for key in keys}


def test_a_schedule_compares_captures_with_the_baseline_that_was_put_beside_it(deployed: Stage) -> None:
    shown, definition = schedule(deployed, "moved"), job(deployed, "moved")
    assert (shown["MonitoringScheduleStatus"], shown["EndpointName"]) == ("Scheduled", "moved")
    assert shown["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"] == "cron(0 0 ? * * *)"
    assert definition["DataQualityJobInput"]["EndpointInput"]["EndpointName"] == "moved"
    baseline, found = definition["DataQualityBaselineConfig"], objects(deployed)
    assert found[baseline["StatisticsResource"]["S3Uri"]] == json.loads(MONITOR.statistics)
    assert found[baseline["ConstraintsResource"]["S3Uri"]] == json.loads(MONITOR.constraints)
    assert len(found) == 2 * len(AT_FIRST)
    assert definition["RoleArn"].rpartition("/")[2] == monitored.role_name("test", "moved")


def test_captures_are_text_that_the_analyzer_reads(deployed: Stage) -> None:
    live = deployed.live("moved")
    found = deployed.client("sagemaker").describe_endpoint_config(EndpointConfigName=live)
    assert found["DataCaptureConfig"]["CaptureContentTypeHeader"] == {
        "CsvContentTypes": ["text/csv"],
        "JsonContentTypes": ["application/json"],
    }


def test_after_each_deploy_there_is_nothing_left_to_do(changed: Story) -> None:
    for plan in changed.plans:
        assert plan.code == 0, plan.text


def test_another_baseline_is_another_job_of_the_same_schedule(changed: Story) -> None:
    definition, shown = job(changed.stage, "moved"), schedule(changed.stage, "moved")["MonitoringScheduleConfig"]
    assert definition["JobDefinitionName"] != changed.jobs["moved"]
    assert shown["ScheduleConfig"]["ScheduleExpression"] == "cron(0 * ? * * *)"
    assert jobs(changed.stage) == {definition["JobDefinitionName"], changed.jobs["kept"]}
    found = {uri: text for uri, text in objects(changed.stage).items() if "/moved/" in uri}
    assert found == {definition["DataQualityBaselineConfig"]["StatisticsResource"]["S3Uri"]: {"features": []}}
    assert "ConstraintsResource" not in definition["DataQualityBaselineConfig"]


def test_an_endpoint_that_changes_keeps_its_monitor(changed: Story) -> None:
    assert changed.stage.live("kept") != changed.serves
    assert job(changed.stage, "kept")["JobDefinitionName"] == changed.jobs["kept"]
    assert schedule(changed.stage, "kept")["LastModifiedTime"] == changed.changed


def test_alarms_that_are_made_anew_with_a_configuration_are_still_there(changed: Story) -> None:
    alarms = changed.stage.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {each["AlarmName"].split(".")[2] for each in alarms} == {"moved", "kept", "bare"}


def test_a_monitor_that_is_taken_out_is_gone_and_its_endpoint_serves_on(changed: Story) -> None:
    assert schedules(changed.stage) == {"moved", "kept"}
    assert not [uri for uri in objects(changed.stage) if "/bare/" in uri]
    assert changed.stage.described("bare")["EndpointStatus"] == "InService"


def test_a_monitor_goes_with_its_endpoint(changed: Story) -> None:
    changed.stage.terraform.destroyed(SERVING)
    assert (schedules(changed.stage), jobs(changed.stage), objects(changed.stage)) == (set(), set(), {})
