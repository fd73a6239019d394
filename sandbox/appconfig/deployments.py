"""Deployments: their API."""

from typing import Any

from moto.appconfig.responses import AppConfigResponse

from sandbox.appconfig.deployment import Content, Deployment
from sandbox.appconfig.environment import Environment
from sandbox.appconfig.keys import told
from sandbox.appconfig.refusal import bad_request, conflict
from sandbox.appconfig.store import LOCK, Answer, answer, arn, environment, page, profile, strategy, tag
from sandbox.appconfig.versions import validate, version
from sandbox.clock import now
from sandbox.registry import method


def install() -> None:
    """Put the actions on moto."""
    for action in (start_deployment, get_deployment, list_deployments, stop_deployment):
        method(AppConfigResponse)(action)


def start_deployment(self: AppConfigResponse) -> Answer:
    """Start a deployment, if no other one is under way and the latest one is the one that the request names."""
    with LOCK:
        place = _environment(self)
        expected = self._get_param("LatestDeploymentNumber")
        if expected is not None and int(expected) != len(place.deployments):
            raise conflict(f"The latest deployment is {len(place.deployments)}, not {expected}")
        course = strategy(self._get_param("DeploymentStrategyId"))
        made = place.start(_content(self, place), course, now(), self._get_param("Description"))
        made.key = self._get_param("KmsKeyIdentifier")
    tag(self, arn(f"application/{place.application}/environment/{place.id}/deployment/{made.number}"))
    return answer(_told(place, made), 201)


def _content(self: AppConfigResponse, place: Environment) -> Content:
    owner = profile(place.application, self._get_param("ConfigurationProfileId"))
    found = version(owner, self._get_param("ConfigurationVersion"))
    body: Any = found.content
    validate(owner, body)
    return Content(owner.id, owner.name, str(found.version), found.version_label, body, found.content_type)


def get_deployment(self: AppConfigResponse) -> Answer:
    """Return a deployment with its events."""
    with LOCK:
        place = _environment(self)
        return answer(_told(place, place.deployment(int(self._get_param("DeploymentNumber")))))


def list_deployments(self: AppConfigResponse) -> Answer:
    """Return an environment's deployments, the latest first."""
    with LOCK:
        return page(self, [each.summary() for each in reversed(_environment(self).deployments)])


def stop_deployment(self: AppConfigResponse) -> Answer:
    """Roll back what is DEPLOYING; with AllowRevert also what is baking or complete."""
    revert = self.headers.get("Allow-Revert") == "true"
    with LOCK:
        place = _environment(self)
        found = place.deployment(int(self._get_param("DeploymentNumber")))
        if found.state == "COMPLETE" and revert:
            found.revert(now())
        elif found.state == "DEPLOYING" or (found.state == "BAKING" and revert):
            found.roll_back(now(), "USER", "Rollback initiated by user")
        else:
            raise bad_request(f"Cannot stop deployment {found.number}, which is {found.state}")
        return answer(_told(place, found), 202)


def _environment(self: AppConfigResponse) -> Environment:
    return environment(self._get_param("ApplicationId"), self._get_param("EnvironmentId"))


def _told(place: Environment, made: Deployment) -> dict[str, Any]:
    return made.summary() | {
        "ApplicationId": place.application,
        "EnvironmentId": place.id,
        "DeploymentStrategyId": made.strategy.id,
        "ConfigurationLocationUri": "hosted",
        "Description": made.description,
        "EventLog": made.events,
        **told(made.key),
    }
