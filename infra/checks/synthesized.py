"""Checks on what synthesis has written: whatever stacks/ composes beside ours is looked at as well."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.checks.alarms.definition import from_terraform
from infra.checks.alarms.watch import Watch
from infra.checks.examine import Given, look, own_alarms
from infra.checks.ignored import told
from infra.checks.notice import Notice
from infra.checks.resources import Role, Variant, statements
from infra.checks.setting import Setting
from infra.checks.table import OF_ALARMS, OF_ROLES, OF_VARIANTS
from infra.queued import waking
from infra.spec.environment import Environment
from infra.spec.errors import Place
from lambdas.rollout import names

Resources = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Terraform's resources by type and name."""


def examine_stacks(outdir: Path, environments: Iterable[Environment]) -> tuple[Notice, ...]:
    """Check the ``cdk.tf.json`` of every stack of these environments in cdktf's output folder."""
    found: list[Notice] = []
    for environment in environments:
        for file in sorted(outdir.glob(f"stacks/{environment.name}-*/cdk.tf.json")):
            resources = json.loads(file.read_text(encoding="utf-8")).get("resource", {})
            found += told(examine_resources(resources, environment, file), environment)
    return tuple(found)


def examine_resources(resources: Resources, environment: Environment, file: Path) -> Iterator[Notice]:
    """Check alarms (but for our own, which `examine` has seen), variants' weights and execution roles."""
    yield from _alarms(resources, environment, file)
    for name, values in resources.get("aws_sagemaker_endpoint_configuration", {}).items():
        for index, block in enumerate(values.get("production_variants", [])):
            keys = ("aws_sagemaker_endpoint_configuration", name, "production_variants", index)
            yield from look(OF_VARIANTS, Variant(block), Given(Place(file, 1), keys))
    for name, values in resources.get("aws_iam_role", {}).items():
        if _refer(resources, "aws_sagemaker_model", name) and not _managed(resources, name):
            role = Role(str(values.get("name", name)), tuple(_granted(resources, name)))
            yield from look(OF_ROLES, role, Given(Place(file, 1), ("aws_iam_role", name)))


def _alarms(resources: Resources, environment: Environment, file: Path) -> Iterator[Notice]:
    settings = {endpoint.name: Setting(environment, endpoint) for endpoint in environment.endpoints}
    ours = {alarm.name for setting in settings.values() for alarm in own_alarms(setting)}
    ours |= {waking(environment.name, name) for name in settings}  # they scale, and take nothing back
    of_control = (names.dead_letters_alarm, names.workflow_alarm, names.router_alarm)
    ours |= {named(environment.name) for named in of_control}  # they watch the control plane, and no model
    for name, values in resources.get("aws_cloudwatch_metric_alarm", {}).items():
        alarm = from_terraform(values)
        if alarm.name in ours:
            continue
        endpoints = [reading.dimensions.get("EndpointName", "") for reading in alarm.readings]
        setting = next((settings[endpoint] for endpoint in endpoints if endpoint in settings), None)
        where = Given(Place(file, 1), ("aws_cloudwatch_metric_alarm", name))
        yield from look(OF_ALARMS, Watch(alarm, setting), where)


def _granted(resources: Resources, role: str) -> Iterator[Mapping[str, Any]]:
    for values in _refer(resources, "aws_iam_role_policy", role):
        yield from statements(str(values["policy"]))


def _managed(resources: Resources, role: str) -> bool:
    """Whether policies are attached whose statements are not in sight; what they allow is for ``--live`` to ask."""
    return bool(_refer(resources, "aws_iam_role_policy_attachment", role))


def _refer(resources: Resources, kind: str, role: str) -> list[Mapping[str, Any]]:
    """List the resources of a kind that speak of the role."""
    return [values for values in resources.get(kind, {}).values() if f"aws_iam_role.{role}." in str(values)]
