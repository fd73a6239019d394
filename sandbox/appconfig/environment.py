"""Environments: their monitors, and one deployment at a time."""

from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from sandbox.appconfig.deployment import Content, Deployment
from sandbox.appconfig.refusal import conflict, not_found
from sandbox.appconfig.settings import Settings
from sandbox.appconfig.strategy import Strategy
from sandbox.cloudwatch.alarms import all_alarms
from sandbox.iam.asked import Access
from sandbox.iam.guard import may
from sandbox.iam.roles import Caller, role_name, trusts
from sandbox.place import ACCOUNT_ID, REGION

_STATES = {
    "DEPLOYING": "Deploying",
    "BAKING": "Deploying",
    "ROLLING_BACK": "RollingBack",
    "ROLLED_BACK": "RolledBack",
}


@dataclass(slots=True)
class Environment:
    """An application's environment; ``monitors`` as the API has them."""

    application: str
    name: str
    settings: Settings
    description: str | None = None
    monitors: list[dict[str, Any]] = field(default_factory=list)
    id: str = field(default_factory=lambda: str(mock_random.get_random_hex(7)))
    deployments: list[Deployment] = field(default_factory=list)

    def look(self, at: float) -> None:
        """Bring the deployments up to date, and roll back where a monitor says so."""
        for deployment in self.deployments:
            if deployment.state in ("DEPLOYING", "BAKING") and (why := self._alarmed()):
                deployment.roll_back(at, "CLOUDWATCH_ALARM", why)
            deployment.look(at)

    def start(self, content: Content, strategy: Strategy, at: float, description: str | None) -> Deployment:
        """Start a deployment; ConflictException while another one is under way."""
        if self.under_way:
            raise conflict(f"Environment {self.id} has a deployment in progress")
        number = len(self.deployments) + 1
        self.deployments.append(Deployment(number, content, strategy, self.settings, at, description))
        return self.deployments[-1]

    @property
    def under_way(self) -> Deployment | None:
        """The deployment that is not over."""
        return next((each for each in self.deployments if each.under_way), None)

    def deployment(self, number: int) -> Deployment:
        """Find a deployment."""
        if not 0 < number <= len(self.deployments):
            raise not_found("Deployment", number)
        return self.deployments[number - 1]

    def served(self, profile: str, draw: float) -> Deployment | None:
        """Find the deployment of a profile that reaches the target which drew ``draw``."""
        own = [each for each in reversed(self.deployments) if each.content.profile == profile]
        return next((each for each in own if each.reaches(draw)), None)

    def told(self) -> dict[str, Any]:
        """Return it as the API does."""
        last = self.deployments[-1].state if self.deployments else ""
        return {
            "ApplicationId": self.application,
            "Id": self.id,
            "Name": self.name,
            "Description": self.description,
            "State": _STATES.get(last, "ReadyForDeployment"),
            "Monitors": self.monitors,
        }

    def _alarmed(self) -> str:
        """Name a monitor that is in ALARM or lacks data; one whose actions are disabled is not looked at.

        Source: AppConfig user guide, "Monitoring deployments for automatic rollback". An alarm that does not exist
        or that the role may not look at counts as one without data: AWS does not say; this is the harsher reading.
        """
        alarms = all_alarms()
        for monitor in self.monitors:
            arn = monitor["AlarmArn"]
            alarm = alarms.get(arn.split(":alarm:")[-1]) if _may_look(monitor.get("AlarmRoleArn", "")) else None
            if alarm is None or (alarm.actions_enabled is not False and alarm.state_value != "OK"):
                return f"Rollback initiated by CloudWatch alarm {arn}"
        return ""


def _may_look(role: str) -> bool:
    """Alarms are looked at in the name of the monitor's role."""
    alarms = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:*"
    looks = may(Caller(role_name(role), "AppConfig"), Access("cloudwatch:DescribeAlarms", alarms))
    return looks and trusts(role, "appconfig.amazonaws.com")
