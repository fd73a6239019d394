"""What AppConfig keeps beside moto's applications and profiles; every change under one lock."""

import json
import threading
from typing import Any

from moto.appconfig.models import AppConfigBackend, Application, ConfigurationProfile, appconfig_backends
from moto.appconfig.responses import AppConfigResponse

from sandbox.appconfig.environment import Environment
from sandbox.appconfig.refusal import not_found
from sandbox.appconfig.strategy import PREDEFINED, Strategy
from sandbox.clock import now
from sandbox.place import ACCOUNT_ID, REGION

LOCK = threading.RLock()
ENVIRONMENTS: dict[str, dict[str, Environment]] = {}
"""By application, by id."""
STRATEGIES: dict[str, Strategy] = dict(PREDEFINED)

Answer = tuple[int, dict[str, Any], str]


def backend() -> AppConfigBackend:
    """Return moto's part."""
    found: AppConfigBackend = appconfig_backends[ACCOUNT_ID][REGION]
    return found


def arn(path: str) -> str:
    """Name a resource."""
    return f"arn:aws:appconfig:{REGION}:{ACCOUNT_ID}:{path}"


def application(identifier: str) -> Application:
    """Find an application by its id."""
    found = backend().applications.get(identifier)
    if found is None:
        raise not_found("Application", identifier)
    return found


def profile(app: str, identifier: str) -> ConfigurationProfile:
    """Find a configuration profile by its id."""
    found = application(app).config_profiles.get(identifier)
    if found is None:
        raise not_found("ConfigurationProfile", identifier)
    return found


def environment(app: str, identifier: str) -> Environment:
    """Find an environment by its id, brought up to date."""
    found = ENVIRONMENTS.get(application(app).id, {}).get(identifier)
    if found is None:
        raise not_found("Environment", identifier)
    found.look(now())
    return found


def strategy(identifier: str) -> Strategy:
    """Find a deployment strategy."""
    if identifier not in STRATEGIES:
        raise not_found("DeploymentStrategy", identifier)
    return STRATEGIES[identifier]


def look_at_all() -> None:
    """Bring every deployment up to date: an alarm that rings for a moment is not missed."""
    with LOCK:
        for own in ENVIRONMENTS.values():
            for each in own.values():
                each.look(now())


def answer(document: dict[str, Any], status: int = 200) -> Answer:
    """Write a JSON answer without the members that have no value."""
    body = json.dumps({name: value for name, value in document.items() if value is not None})
    return status, {"status": status, "content-type": "application/json"}, body


def page(self: AppConfigResponse, items: list[dict[str, Any]]) -> Answer:
    """Write a page of a list; tokens are places in it."""
    begin = int(self._get_param("next_token") or 0)
    most = int(self._get_param("max_results") or 50)
    after = begin + most if begin + most < len(items) else None
    told = [{name: value for name, value in item.items() if value is not None} for item in items]
    return answer({"Items": told[begin : begin + most], "NextToken": None if after is None else str(after)})


def tag(self: AppConfigResponse, resource: str) -> None:
    """Keep the tags of a request."""
    backend().tag_resource(resource, self._get_param("Tags") or {})
