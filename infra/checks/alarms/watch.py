"""An alarm beside the environment whose endpoint it watches, where that is known."""

from dataclasses import dataclass

from infra.checks.alarms.definition import AlarmDefinition
from infra.checks.setting import Setting


@dataclass(frozen=True, slots=True)
class Watch:
    """An alarm, the endpoint that it is attached to, and its ``state`` in CloudWatch, where that was asked."""

    alarm: AlarmDefinition
    setting: Setting | None = None
    state: str = ""
