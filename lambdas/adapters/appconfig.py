"""AppConfig: where assignment documents are written, and who gets them.

A version is written over the latest one or not at all, and a deployment starts from the one that was seen or not at
all: two writers never undo each other's work without knowing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lambdas.adapters.refusals import told
from lambdas.rollout.assignment import Assignment, first, parse
from lambdas.rollout.documents import encode
from lambdas.rollout.names import application, at_once
from lambdas.rollout.ports import EndpointBusyError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

UNREADABLE = "(unreadable document)"
"""Flag of what stands in for a document that cannot be read: it is no rollout's, so the next write replaces it."""
_REACHES = ("BAKING", "COMPLETE")
_ASKED = ("VALIDATING", "DEPLOYING", *_REACHES)


@dataclass(frozen=True, slots=True)
class Published:
    """The document written last, as version ``version`` (0: none), that of the latest deployment, and the routers'.

    ``deployment`` is the number of the latest deployment (0: none); ``under_way`` that it is not over yet.
    """

    latest: Assignment | None = None
    version: int = 0
    asked: Assignment | None = None
    deployed: Assignment | None = None
    deployment: int = 0
    under_way: bool = False
    in_step: bool = True


@dataclass(frozen=True, slots=True)
class _Place:
    """The ids of an endpoint's AppConfig environment and profile."""

    environment: dict[str, str]
    profile: dict[str, str]


class AppConfigAssignments:
    """The documents of an environment's endpoints (`lambdas.rollout.names.application`); ids are found by name.

    ``client`` is boto3's of AppConfig; deployed documents are kept under ``key`` (the ARN of a KMS key), if given.
    """

    def __init__(self, client: Any, environment: str, key: str = "") -> None:
        self._client, self._environment = client, environment
        self._encrypted = {"KmsKeyIdentifier": key} if key else {}
        self._ids: dict[str, str] = {}
        self._places: dict[str, _Place] = {}
        started = client.meta.service_model.operation_model("StartDeployment").input_shape.members
        self._guarded = "LatestDeploymentNumber" in started  # the runtime's boto3 may be older than this project's

    def published(self, endpoint: str) -> Published | None:
        """Read what was written and what routers get; None for an endpoint without sticky routing."""
        place = self._place(endpoint)
        if place is None:
            return None
        deployments = self._client.list_deployments(**place.environment, MaxResults=50)["Items"]
        asked = _version_of(deployments, _ASKED)
        deployed = _version_of(deployments, _REACHES)
        version = self._latest(place)
        documents = {each: self._read(endpoint, place, each) for each in {asked, deployed, version} - {0}}
        return Published(
            latest=documents.get(version),
            version=version,
            asked=documents.get(asked),
            deployed=documents.get(deployed),
            deployment=deployments[0]["DeploymentNumber"] if deployments else 0,
            under_way=bool(deployments) and deployments[0]["State"] not in ("COMPLETE", "ROLLED_BACK", "REVERTED"),
            in_step=asked == version,
        )

    def publish(self, document: Assignment, before: Published) -> None:
        """Write a document over ``before`` and deploy it to all routers; waits for nothing.

        Raises `EndpointBusyError` while a deployment is under way, or where another writer came between.
        """
        _refuse_while(before, document.endpoint)
        with told(_is_busy):
            version = self._client.create_hosted_configuration_version(
                **self._known(document.endpoint).profile,
                Content=encode(document).encode(),
                ContentType="application/json",
                LatestVersionNumber=before.version,
                Description=f"rollout {document.rollout}, revision {document.revision}",
            )["VersionNumber"]
        self.deploy(document.endpoint, replace(before, version=version))

    def deploy(self, endpoint: str, before: Published) -> None:
        """Deploy the version that was written last; raises as `publish` does."""
        _refuse_while(before, endpoint)
        place = self._known(endpoint)
        guard = {"LatestDeploymentNumber": before.deployment} if self._guarded else {}
        with told(_is_busy):
            self._client.start_deployment(
                **place.environment,
                ConfigurationProfileId=place.profile["ConfigurationProfileId"],
                ConfigurationVersion=str(before.version),
                DeploymentStrategyId=self._id("list_deployment_strategies", at_once(self._environment)),
                **self._encrypted,
                **guard,
            )
        if self._latest(place) != before.version:
            raise EndpointBusyError(f"{endpoint}: a newer document was written while this one was deployed")

    def set_stable_only(self, endpoint: str, *, on: bool) -> None:
        """Turn the kill switch: raises `EndpointBusyError` as `publish` does, KeyError without sticky routing."""
        before = self.published(endpoint)
        if before is None:
            raise KeyError(f"{endpoint} has no sticky routing, and so no kill switch")
        latest = before.latest or replace(first(endpoint, 0, 0), routed=False)
        if latest.stable_only is not on or not before.version:
            self.publish(replace(latest, stable_only=on), before)
        elif not before.in_step:
            self.deploy(endpoint, before)

    def forget(self, endpoint: str) -> None:
        """Delete every version: Terraform can delete a profile only when there is none."""
        place = self._place(endpoint)
        if place is None:
            return
        pages = self._client.get_paginator("list_hosted_configuration_versions").paginate(**place.profile)
        for number in [item["VersionNumber"] for page in pages for item in page["Items"]]:
            self._client.delete_hosted_configuration_version(**place.profile, VersionNumber=number)

    def _latest(self, place: _Place) -> int:
        listed = self._client.list_hosted_configuration_versions(**place.profile, MaxResults=1)["Items"]
        return int(listed[0]["VersionNumber"]) if listed else 0

    def _read(self, endpoint: str, place: _Place, version: int) -> Assignment:
        answer = self._client.get_hosted_configuration_version(**place.profile, VersionNumber=version)
        try:
            return parse(answer["Content"].read().decode())
        except ValueError:
            return replace(first(endpoint, 0, 0), flag=UNREADABLE)

    def _known(self, endpoint: str) -> _Place:
        place = self._place(endpoint)
        if place is None:
            raise KeyError(f"{endpoint} has no sticky routing")
        return place

    def _place(self, endpoint: str) -> _Place | None:
        """Find the endpoint's ids; what is not there yet is looked for again, what was found is remembered."""
        if endpoint not in self._places:
            app = {"ApplicationId": self._id("list_applications", application(self._environment))}
            profile = self._find("list_configuration_profiles", endpoint, **app)
            environment = self._find("list_environments", endpoint, **app)
            if not (app["ApplicationId"] and profile and environment):
                return None
            self._places[endpoint] = _Place(
                environment=app | {"EnvironmentId": environment}, profile=app | {"ConfigurationProfileId": profile}
            )
        return self._places[endpoint]

    def _id(self, listing: str, name: str) -> str:
        if not self._ids.get(name):
            self._ids[name] = self._find(listing, name)
        return self._ids[name]

    def _find(self, listing: str, name: str, **within: str) -> str:
        """Find an id by name; empty where there is none."""
        if "" in within.values():
            return ""
        pages = self._client.get_paginator(listing).paginate(**within)
        return next((str(item["Id"]) for page in pages for item in page["Items"] if item["Name"] == name), "")


def _version_of(deployments: list[dict[str, Any]], states: tuple[str, ...]) -> int:
    """Find the version of the newest deployment that is in one of the states; 0 where there is none."""
    return next((int(each["ConfigurationVersion"]) for each in deployments if each["State"] in states), 0)


def _refuse_while(before: Published, endpoint: str) -> None:
    if before.under_way:
        raise EndpointBusyError(f"{endpoint}: deployment {before.deployment} of its assignment is in-progress")


def _is_busy(error: ClientError) -> bool:
    """Tell that another deployment or version came between."""
    return error.response["Error"]["Code"] == "ConflictException"
