"""Put Athena on moto: queries that run, and the workgroups' missing calls."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.athena.responses import AthenaResponse

from sandbox.athena import executions
from sandbox.athena.refusal import Refused
from sandbox.registry import method

Answer = Callable[[AthenaResponse], Any]


def install() -> None:
    """Extend moto."""
    for action in (
        start_query_execution,
        get_query_execution,
        get_query_results,
        stop_query_execution,
        list_query_executions,
        get_work_group,
        update_work_group,
        delete_work_group,
        list_tags_for_resource,
    ):
        method(AthenaResponse, action.__name__)(_answered(action))


def start() -> None:
    """Nothing runs in the background but queries."""


def stop() -> None:
    """Nothing to stop."""


def _answered(action: Answer) -> Answer:
    @wraps(action)
    def answer(self: AthenaResponse) -> Any:
        try:
            return json.dumps(action(self))
        except Refused as refused:
            return self.error(str(refused), 400)

    return answer


def start_query_execution(self: AthenaResponse) -> Any:
    """Begin a query."""
    name = self._get_param("WorkGroup") or "primary"
    context, asked = self._get_param("QueryExecutionContext") or {}, self._get_param("ResultConfiguration") or {}
    database, configuration = context.get("Database", "default"), _work_group(self, name).configuration
    query, place = self._get_param("QueryString"), asked.get("OutputLocation")
    return {"QueryExecutionId": executions.begin(query, database, name, configuration, place)}


def get_query_execution(self: AthenaResponse) -> Any:
    """Describe a query."""
    return {"QueryExecution": executions.find(self._get_param("QueryExecutionId")).described()}


def get_query_results(self: AthenaResponse) -> Any:
    """Return a page of results."""
    execution = executions.find(self._get_param("QueryExecutionId"))
    return execution.page(self._get_param("NextToken"), self._get_param("MaxResults"))


def stop_query_execution(self: AthenaResponse) -> Any:
    """Cancel a query."""
    executions.find(self._get_param("QueryExecutionId")).stop()
    return {}


def list_query_executions(self: AthenaResponse) -> Any:
    """List a workgroup's queries, the newest first, on one page."""
    return {"QueryExecutionIds": executions.of(self._get_param("WorkGroup") or "primary")}


def get_work_group(self: AthenaResponse) -> Any:
    """Describe a workgroup."""
    name = self._get_param("WorkGroup")
    _work_group(self, name)
    return {"WorkGroup": self.athena_backend.get_work_group(name)}


_UPDATED = {
    "BytesScannedCutoffPerQuery",
    "EnforceWorkGroupConfiguration",
    "PublishCloudWatchMetricsEnabled",
    "RequesterPaysEnabled",
    "EngineVersion",
}


def update_work_group(self: AthenaResponse) -> Any:
    """Change a workgroup's settings; what is not named stays."""
    group, asked = _work_group(self, self._get_param("WorkGroup")), self._get_param("ConfigurationUpdates") or {}
    group.configuration |= {key: value for key, value in asked.items() if key in _UPDATED}
    if asked.get("RemoveBytesScannedCutoffPerQuery"):
        group.configuration.pop("BytesScannedCutoffPerQuery", None)
    changes = asked.get("ResultConfigurationUpdates") or {}
    results = group.configuration.setdefault("ResultConfiguration", {})
    for key, value in changes.items():
        if key.startswith("Remove"):
            results.pop(key.removeprefix("Remove"), None)
        else:
            results[key] = value
    group.description = self._get_param("Description") or group.description
    return {}


def delete_work_group(self: AthenaResponse) -> Any:
    """Delete a workgroup; its history goes with it."""
    _work_group(self, self._get_param("WorkGroup"))
    self.athena_backend.delete_work_group(self._get_param("WorkGroup"))
    return {}


def list_tags_for_resource(self: AthenaResponse) -> Any:
    """List the tags of a workgroup, be there none."""
    return self.athena_backend.list_tags_for_resource(self._get_param("ResourceARN")) or {"Tags": []}


def _work_group(self: AthenaResponse, name: str) -> Any:
    if name not in self.athena_backend.work_groups:
        raise Refused(f"WorkGroup {name} is not found.")
    return self.athena_backend.work_groups[name]
