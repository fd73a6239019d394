"""The states of alarms."""

from moto.cloudwatch.models import Alarm, cloudwatch_backends

from sandbox.place import ACCOUNT_ID, REGION


def all_alarms() -> dict[str, Alarm]:
    """Return every alarm by name, metric and composite."""
    return dict(cloudwatch_backends[ACCOUNT_ID][REGION].alarms)


def state(alarm_name: str) -> str:
    """Tell OK, ALARM or INSUFFICIENT_DATA; KeyError for an alarm that does not exist."""
    value: str = all_alarms()[alarm_name].state_value
    return value
