"""Model Monitor's definitions and schedules, as far as the sandbox has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.sagemaker.hosting import IMAGE, ROLE, eventually, name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.sagemaker.hosting import Hosting

CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://captures/here",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}
HOURLY = "cron(0 * ? * * *)"


def defined(hosting: Hosting, endpoint: str, **more: Any) -> str:
    made = name("job")
    asked: dict[str, Any] = {
        "JobDefinitionName": made,
        "DataQualityAppSpecification": {"ImageUri": IMAGE},
        "DataQualityJobInput": {"EndpointInput": {"EndpointName": endpoint, "LocalPath": "/opt/ml/processing/input"}},
        "DataQualityJobOutputConfig": {
            "MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://monitors/all", "LocalPath": "/opt/ml/output"}}]
        },
        "JobResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
        "RoleArn": ROLE,
    }
    hosting.api.create_data_quality_job_definition(**asked | more)
    return made


def config(job: str, cron: str = HOURLY) -> Any:
    return {
        "MonitoringJobDefinitionName": job,
        "MonitoringType": "DataQuality",
        "ScheduleConfig": {"ScheduleExpression": cron},
    }


def scheduled(hosting: Hosting, job: str, cron: str = HOURLY) -> str:
    made = name("schedule")
    hosting.api.create_monitoring_schedule(MonitoringScheduleName=made, MonitoringScheduleConfig=config(job, cron))
    return made


def settled(hosting: Hosting, schedule: str) -> Any:
    def done() -> Any:
        shown = hosting.api.describe_monitoring_schedule(MonitoringScheduleName=schedule)
        return shown["MonitoringScheduleStatus"] == "Scheduled" and shown

    return eventually(done)


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture(scope="module")
def endpoint(hosting: Hosting) -> str:
    return hosting.endpoint(hosting.config(DataCaptureConfig=CAPTURE))


def test_a_schedule_is_pending_and_then_scheduled_and_goes_over_to_another_job(
    hosting: Hosting, endpoint: str
) -> None:
    first, second = defined(hosting, endpoint), defined(hosting, endpoint)
    schedule = scheduled(hosting, first)
    pending = hosting.api.describe_monitoring_schedule(MonitoringScheduleName=schedule)
    assert pending["MonitoringScheduleStatus"] == "Pending"
    changes: tuple[Callable[[], Any], ...] = (
        lambda: hosting.api.delete_monitoring_schedule(MonitoringScheduleName=schedule),
        lambda: hosting.api.update_monitoring_schedule(
            MonitoringScheduleName=schedule, MonitoringScheduleConfig=config(second)
        ),
    )
    for change in changes:
        with pytest.raises(ClientError, match="Monitoring schedule in status Pending"):
            change()
    assert settled(hosting, schedule)["EndpointName"] == endpoint
    daily = config(second, "cron(0 12 ? * * *)")
    hosting.api.update_monitoring_schedule(MonitoringScheduleName=schedule, MonitoringScheduleConfig=daily)
    assert settled(hosting, schedule)["MonitoringScheduleConfig"] == daily
    with pytest.raises(ClientError) as caught:
        hosting.api.delete_data_quality_job_definition(JobDefinitionName=second)
    assert code(caught) == "ResourceInUse"
    hosting.api.delete_data_quality_job_definition(JobDefinitionName=first)
    hosting.api.delete_monitoring_schedule(MonitoringScheduleName=schedule)
    hosting.api.delete_data_quality_job_definition(JobDefinitionName=second)
    assert not hosting.api.list_monitoring_schedules(NameContains=schedule)["MonitoringScheduleSummaries"]
    listed = hosting.api.list_data_quality_job_definitions(NameContains=second)
    assert not listed["JobDefinitionSummaries"]


def test_what_is_sent_is_shown_and_listed(hosting: Hosting, endpoint: str) -> None:
    job = defined(hosting, endpoint)
    shown = hosting.api.describe_data_quality_job_definition(JobDefinitionName=job)
    assert shown["JobResources"]["ClusterConfig"]["VolumeSizeInGB"] == 20
    assert shown["JobDefinitionArn"].endswith(f"data-quality-job-definition/{job}")
    (listed,) = hosting.api.list_data_quality_job_definitions(NameContains=job)["JobDefinitionSummaries"]
    assert listed["MonitoringJobDefinitionName"] == job


def test_names_of_monitors_are_unique_and_must_exist(hosting: Hosting, endpoint: str) -> None:
    job = defined(hosting, endpoint)
    with pytest.raises(ClientError) as caught:
        defined(hosting, endpoint, JobDefinitionName=job)
    assert code(caught) == "ResourceInUse"
    lookups: tuple[Callable[[], Any], ...] = (
        lambda: hosting.api.describe_data_quality_job_definition(JobDefinitionName="none"),
        lambda: hosting.api.describe_monitoring_schedule(MonitoringScheduleName="none"),
        lambda: scheduled(hosting, "none"),
    )
    for missing in lookups:
        with pytest.raises(ClientError) as caught:
            missing()
        assert code(caught) == "ResourceNotFound"


@pytest.mark.parametrize("cron", ["cron(30 * ? * * *)", "rate(1 hour)", "cron(0 24 ? * * *)", "cron(0 0 * * ? *)"])
def test_schedules_that_model_monitor_does_not_have_are_refused(hosting: Hosting, endpoint: str, cron: str) -> None:
    with pytest.raises(ClientError, match="cron expression"):
        scheduled(hosting, defined(hosting, endpoint), cron)


def test_an_endpoint_without_captures_is_not_monitored(hosting: Hosting) -> None:
    with pytest.raises(ClientError, match="Data capture is not enabled"):
        scheduled(hosting, defined(hosting, hosting.endpoint()))
    with pytest.raises(ClientError, match="Could not find endpoint"):
        scheduled(hosting, defined(hosting, "none"))


def test_a_job_has_one_input_and_a_role_that_sagemaker_takes(hosting: Hosting, endpoint: str) -> None:
    with pytest.raises(ClientError, match="Exactly one"):
        defined(hosting, endpoint, DataQualityJobInput={})
    with pytest.raises(ClientError, match="Could not assume role"):
        defined(hosting, endpoint, RoleArn="arn:aws:iam::123456789012:role/nobodys")


def test_an_endpoint_that_is_monitored_is_not_deleted(hosting: Hosting) -> None:
    watched = hosting.endpoint(hosting.config(DataCaptureConfig=CAPTURE))
    schedule = scheduled(hosting, defined(hosting, watched))
    with pytest.raises(ClientError, match=f"has the monitoring schedule {schedule}"):
        hosting.api.delete_endpoint(EndpointName=watched)
    settled(hosting, schedule)
    hosting.api.delete_monitoring_schedule(MonitoringScheduleName=schedule)
    hosting.api.delete_endpoint(EndpointName=watched)
