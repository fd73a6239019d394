"""All checks that need nothing but environment files: on the environment, its endpoints, and the alarms we make."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from infra.alarms import MetricAlarm, canary_alarms, fleet_alarms
from infra.checks.alarms.definition import from_terraform
from infra.checks.alarms.watch import Watch
from infra.checks.check import Check, S
from infra.checks.flags import Dated
from infra.checks.ignored import Ignoring, told
from infra.checks.notice import Notice
from infra.checks.quantities import read_by
from infra.checks.setting import Setting
from infra.checks.table import (
    CHECKS,
    OF_ALARMS,
    OF_ENVIRONMENTS,
    OF_FILES,
    OF_FLAGS,
    OF_IGNORES,
    OF_READINGS,
    OF_SETTINGS,
)
from infra.spec.environment import Environment
from infra.spec.errors import KeyPath, Place
from infra.spec.load import Loaded
from infra.spec.rules.finding import Finding
from infra.spec.source import Document

NEW_FLEET = "${configuration}"
"""Stands for the endpoint configuration, whose name Terraform makes."""


@dataclass(frozen=True, slots=True)
class Written:
    """Findings of something that an environment file says below these keys; ``about`` begins their sentence."""

    document: Document
    keys: KeyPath = ()
    about: str = ""

    def notice(self, check: Check[S], finding: Finding) -> Notice:
        """Place a finding."""
        keys = self.keys if self.about else (*self.keys, *finding.at)
        problem = f"{self.about}{finding.problem}"
        return Notice(check, self.document.told(keys), keys, problem, finding.fix)


@dataclass(frozen=True, slots=True)
class Given:
    """Findings of something in another file, under ``keys`` there."""

    place: Place
    keys: KeyPath

    def notice(self, check: Check[S], finding: Finding) -> Notice:
        """Place a finding."""
        return Notice(check, self.place, (*self.keys, *finding.at), finding.problem, finding.fix)


def look(checks: Iterable[Check[S]], subject: S, where: Written | Given) -> Iterator[Notice]:
    """Run checks on a subject."""
    for check in checks:
        for finding in check.look(subject):
            yield where.notice(check, finding)


def examine(loaded: Loaded, today: date) -> tuple[Notice, ...]:
    """Check one environment on the day that is given; what its file ignores is left out."""
    environment, document = loaded.environment, loaded.document
    notices = [
        *look(OF_FILES, document, Written(document)),
        *look(OF_ENVIRONMENTS, environment, Written(document)),
        *_endpoints(environment, document, today),
    ]
    known, judged = (
        tuple(check.id for check in checks)
        for checks in (CHECKS, (*OF_FILES, *OF_ENVIRONMENTS, *OF_SETTINGS, *OF_FLAGS))
    )
    ignoring = Ignoring(environment, known, judged, notices)
    return (*told(notices, environment), *look(OF_IGNORES, ignoring, Written(document)))


def _endpoints(environment: Environment, document: Document, today: date) -> Iterator[Notice]:
    for endpoint in environment.endpoints:
        setting, keys = Setting(environment, endpoint), ("endpoints", endpoint.name)
        yield from look(OF_SETTINGS, setting, Written(document, keys))
        yield from look(OF_FLAGS, Dated(setting, today), Written(document, keys))
        for alarm in own_alarms(setting):
            where = Written(document, (*keys, "rollout"), f"alarm {alarm.name} ")
            yield from look(OF_ALARMS, Watch(from_terraform(alarm.arguments()), setting), where)
        for at, guardrail in setting.watched():
            yield from look(
                OF_READINGS, Watch(read_by(guardrail)), Written(document, (*keys, *at), f"{guardrail.metric} ")
            )


def own_alarms(setting: Setting) -> tuple[MetricAlarm, ...]:
    """List the alarms that the stacks make for an endpoint."""
    name, endpoint = setting.environment.name, setting.endpoint
    period = setting.environment.control.metric_period
    return (*canary_alarms(name, endpoint, period), *fleet_alarms(name, endpoint, period, NEW_FLEET))
