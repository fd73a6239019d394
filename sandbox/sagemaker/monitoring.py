"""Model Monitor: data-quality job definitions and schedules are kept and told. No job is ever run.

Sources: SageMaker API reference, CreateDataQualityJobDefinition, CreateMonitoringSchedule, ScheduleConfig;
amazon-sagemaker-examples issue 2342 (a schedule that is Pending).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.clock import now
from sandbox.iam.roles import trusts
from sandbox.sagemaker import validate
from sandbox.sagemaker.catalog import Catalog, Item, Shelf
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.refusal import IN_USE, Refused, constraint

Request = Mapping[str, Any]
Shown = dict[str, Any]

PENDING = 0.3
"""Seconds until a new or changed schedule is Scheduled; AWS takes about a minute."""
_HOURS = r"(0?\d|1\d|2[0-3])"
_CRON = re.compile(rf"NOW|cron\(0 (\*|{_HOURS}(/(0?[1-9]|1\d|2[0-4]))?) \? \* \* \*\)")


def actions(catalog: Catalog, endpoints: Endpoints) -> dict[str, Callable[[Request], Shown]]:
    """List the actions on definitions and schedules."""
    return _definitions(catalog, endpoints) | _schedules(catalog, endpoints)


def unwatched(catalog: Catalog, endpoint: str) -> None:
    """Refuse to delete an endpoint that a schedule still watches (undocumented, the harsher reading)."""
    for schedule in catalog.schedules:
        if schedule["EndpointName"] == endpoint:
            name = schedule["MonitoringScheduleName"]
            raise Refused(f"Endpoint {endpoint} has the monitoring schedule {name}: delete it first.")


def _definitions(catalog: Catalog, endpoints: Endpoints) -> dict[str, Callable[[Request], Shown]]:
    def create(request: Request) -> Shown:
        validate.name(request["JobDefinitionName"], "jobDefinitionName")
        if len(request["DataQualityJobInput"]) != 1:
            raise Refused("Exactly one of EndpointInput and BatchTransformInput must be given.")
        if watched := _watched(request):
            endpoints.get(watched)
        if not trusts(request["RoleArn"], "sagemaker.amazonaws.com"):
            raise Refused(f"Could not assume role {request['RoleArn']}.")
        item = catalog.definitions.add(request)
        catalog.tags.put(item["JobDefinitionArn"], request.get("Tags") or ())
        return {"JobDefinitionArn": item["JobDefinitionArn"]}

    def delete(request: Request) -> Shown:
        name = request["JobDefinitionName"]
        for schedule in catalog.schedules:
            if _job(schedule) == name:
                raise Refused(f"{name} is used by {schedule['MonitoringScheduleName']}.", IN_USE)
        catalog.tags.forget(catalog.definitions.remove(name)["JobDefinitionArn"])
        return {}

    def listed(request: Request) -> Shown:
        return page(request, catalog.definitions, "JobDefinitionSummaries", "JobDefinitionName")

    return {
        "create_data_quality_job_definition": create,
        "describe_data_quality_job_definition": lambda request: catalog.definitions.get(request["JobDefinitionName"]),
        "delete_data_quality_job_definition": delete,
        "list_data_quality_job_definitions": lambda request: _renamed(listed(request)),
    }


def _renamed(shown: Shown) -> Shown:
    """Give the summaries the names that their list has: MonitoringJobDefinitionName for JobDefinitionName."""
    summaries = shown["JobDefinitionSummaries"]
    renamed = [{key.replace("JobD", "MonitoringJobD"): value for key, value in each.items()} for each in summaries]
    return shown | {"JobDefinitionSummaries": renamed}


def _schedules(catalog: Catalog, endpoints: Endpoints) -> dict[str, Callable[[Request], Shown]]:
    def create(request: Request) -> Shown:
        validate.name(request["MonitoringScheduleName"], "monitoringScheduleName")
        item = catalog.schedules.add(dict(request) | _watches(request, catalog, endpoints))
        catalog.tags.put(item["MonitoringScheduleArn"], request.get("Tags") or ())
        return {"MonitoringScheduleArn": item["MonitoringScheduleArn"]}

    def update(request: Request) -> Shown:
        item = _settled(catalog.schedules, request["MonitoringScheduleName"])
        config = {"MonitoringScheduleConfig": request["MonitoringScheduleConfig"]}
        item.update(config | _watches(request, catalog, endpoints))
        return {"MonitoringScheduleArn": item["MonitoringScheduleArn"]}

    def delete(request: Request) -> Shown:
        name = request["MonitoringScheduleName"]
        _settled(catalog.schedules, name)
        catalog.tags.forget(catalog.schedules.remove(name)["MonitoringScheduleArn"])
        return {}

    def listed(request: Request) -> Shown:
        return page(request, catalog.schedules, "MonitoringScheduleSummaries", "MonitoringScheduleName")

    return {
        "create_monitoring_schedule": create,
        "describe_monitoring_schedule": lambda request: _shown(catalog.schedules, request["MonitoringScheduleName"]),
        "update_monitoring_schedule": update,
        "delete_monitoring_schedule": delete,
        "list_monitoring_schedules": listed,
    }


def _watches(request: Request, catalog: Catalog, endpoints: Endpoints) -> Shown:
    """Check a schedule's configuration, and tell the endpoint that it watches and since when."""
    config = request["MonitoringScheduleConfig"]
    cron = config["ScheduleConfig"]["ScheduleExpression"]
    if not _CRON.fullmatch(cron):
        raise constraint(cron, "scheduleExpression", "Member must be an hourly or a daily cron expression")
    job = catalog.definitions.get(config["MonitoringJobDefinitionName"])
    if watched := _watched(job):
        serving = catalog.configs.get(endpoints.get(watched).state.config_name)
        if not serving.get("DataCaptureConfig", {}).get("EnableCapture"):
            raise Refused(f"Data capture is not enabled on endpoint {watched}.")
    return {"EndpointName": watched, "MonitoringType": config["MonitoringType"], "LastModifiedTime": now()}


def _watched(job: Request) -> str | None:
    """Name the endpoint that a job looks at; None where it looks at batches."""
    found: str | None = job["DataQualityJobInput"].get("EndpointInput", {}).get("EndpointName")
    return found


def _shown(schedules: Shelf, name: str) -> Item:
    item = schedules.get(name)
    waits = now() < item["LastModifiedTime"] + PENDING
    return item | {"MonitoringScheduleStatus": "Pending" if waits else "Scheduled"}


def _settled(schedules: Shelf, name: str) -> Item:
    """Find a schedule that may be changed."""
    if _shown(schedules, name)["MonitoringScheduleStatus"] == "Pending":
        raise Refused("Monitoring schedule in status Pending")
    return schedules.get(name)


def _job(schedule: Item) -> str:
    return str(schedule["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"])
