"""AppConfig in memory, for tests that explore what happens between any two of its calls."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable


def _conflict(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "ConflictException", "Message": "conflict"}}, operation)


class MemoryAppConfig:
    """One profile in one environment, whatever is asked for; deployments are complete at once.

    ``guarded`` is whether StartDeployment knows LatestDeploymentNumber.
    """

    def __init__(self, *, guarded: bool) -> None:
        members = {"LatestDeploymentNumber": None} if guarded else {}
        model = SimpleNamespace(input_shape=SimpleNamespace(members=members))
        self.meta = SimpleNamespace(service_model=SimpleNamespace(operation_model=lambda _name: model))
        self.versions: list[bytes] = []
        self.deployments: list[dict[str, Any]] = []

    def get_paginator(self, _listing: str) -> Any:
        names = ("serinus-test", "serinus-test-at-once", "mortgage")
        page = {"Items": [{"Id": name, "Name": name} for name in names]}
        return SimpleNamespace(paginate=lambda **_within: [page])

    def list_deployments(self, **_asked: Any) -> Any:
        return {"Items": list(reversed(self.deployments))}

    def list_hosted_configuration_versions(self, **_asked: Any) -> Any:
        return {"Items": [{"VersionNumber": len(self.versions)}] if self.versions else []}

    def get_hosted_configuration_version(self, **asked: Any) -> Any:
        return {"Content": io.BytesIO(self.versions[asked["VersionNumber"] - 1])}

    def create_hosted_configuration_version(self, **asked: Any) -> Any:
        if asked["LatestVersionNumber"] != len(self.versions):
            raise _conflict("CreateHostedConfigurationVersion")
        self.versions.append(asked["Content"])
        return {"VersionNumber": len(self.versions)}

    def start_deployment(self, **asked: Any) -> Any:
        number = len(self.deployments)
        if asked.get("LatestDeploymentNumber", number) != number:
            raise _conflict("StartDeployment")
        made = {"DeploymentNumber": number + 1, "State": "COMPLETE"}
        self.deployments.append(made | {"ConfigurationVersion": asked["ConfigurationVersion"]})
        return made


class Watched:
    """A client whose calls all go through ``call``."""

    def __init__(self, client: MemoryAppConfig, call: Callable[..., Any]) -> None:
        self._client, self._call, self.meta = client, call, client.meta

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)
        return lambda *args, **named: self._call(lambda: method(*args, **named))
