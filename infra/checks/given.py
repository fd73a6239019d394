"""Checks on alarms from outside: a file in CloudWatch's words, and what an account says."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra import captured
from infra.checks.alarms.definition import from_api
from infra.checks.alarms.live import Named
from infra.checks.alarms.watch import Watch
from infra.checks.buckets import Bucket
from infra.checks.examine import Given, Written, look
from infra.checks.ignored import told
from infra.checks.notice import Notice
from infra.checks.resources import Role
from infra.checks.setting import Setting
from infra.checks.table import OF_ALARMS, OF_BUCKETS, OF_NAMED_ALARMS, OF_ROLES
from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.errors import Place
from infra.spec.load import Loaded
from infra.spec.rollout import Native

Documents = Mapping[str, Mapping[str, Any]]
"""Alarms by name, as describe-alarms tells them."""


def examine_file(file: Path, environments: Iterable[Environment] = ()) -> tuple[Notice, ...]:
    """Check the alarms of a JSON file: the output of describe-alarms, the input of put-metric-alarm, or a list.

    Alarms on endpoints of ``environments`` are held against them. Raises ValueError for what holds no alarms.
    """
    settings = {e.name: Setting(environment, e) for environment in environments for e in environment.endpoints}
    return tuple(notice for document in _documents(file) for notice in _alarm(document, settings, file))


def _documents(file: Path) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file} is no JSON: {error}") from error
    if isinstance(found, dict):
        found = found.get("MetricAlarms", [found])
    if not (
        isinstance(found, list) and all(isinstance(each, dict) and "ComparisonOperator" in each for each in found)
    ):
        raise ValueError(f"{file} holds no metric alarms as describe-alarms tells or put-metric-alarm takes them")
    return found


def _alarm(document: Mapping[str, Any], settings: Mapping[str, Setting], file: Path) -> Iterator[Notice]:
    try:
        alarm = from_api(document)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{file} holds no alarm of CloudWatch's shape: {error!r}") from error
    endpoints = (reading.dimensions.get("EndpointName", "") for reading in alarm.readings)
    setting = next((settings[endpoint] for endpoint in endpoints if endpoint in settings), None)
    watch = Watch(alarm, setting, str(document.get("StateValue", "")))
    yield from look(OF_ALARMS, watch, Given(Place(file, 1), (alarm.name,)))


def existing_alarms(endpoint: Endpoint) -> tuple[str, ...]:
    """List the alarms that others made and this endpoint relies on."""
    return endpoint.rollout.existing_alarms if isinstance(endpoint.rollout, Native) else ()


def examine_account(
    loaded: Loaded, documents: Documents, roles: Iterable[Role], buckets: Iterable[Bucket] = ()
) -> tuple[Notice, ...]:
    """Check the alarms, execution roles and buckets that a file names against what its account says of them."""
    found: list[Notice] = []
    named = {role.name: role for role in roles}
    owned = captured.owned(loaded.environment)
    for each in buckets:
        found += look(OF_BUCKETS, each, Written(loaded.document, owned[each.name]))
    for endpoint in loaded.environment.endpoints:
        setting, keys = Setting(loaded.environment, endpoint), ("endpoints", endpoint.name)
        for index, name in enumerate(existing_alarms(endpoint)):
            at = (*keys, "rollout", "existing_alarms", index)
            found += look(OF_NAMED_ALARMS, Named(name, name in documents), Written(loaded.document, at))
            if name in documents:
                watch = Watch(from_api(documents[name]), setting, str(documents[name].get("StateValue", "")))
                found += look(OF_ALARMS, watch, Written(loaded.document, at, f"alarm {name} "))
        if endpoint.execution_role in named:
            where = Written(loaded.document, (*keys, "execution_role"))
            found += look(OF_ROLES, named[endpoint.execution_role], where)
    return told(found, loaded.environment)
