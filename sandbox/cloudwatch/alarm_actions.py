"""What an alarm does when its state changes: a message to SNS, a call of a function."""

import json
import logging
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.cloudwatch.models import Alarm
from moto.sns.models import sns_backends

from sandbox.cloudwatch.alarm_event import StateSeen, detail
from sandbox.cloudwatch.evaluation import isoformat
from sandbox.delivery import UndeliverableError
from sandbox.events.permission import permits
from sandbox.events.targets import topic_policy
from sandbox.place import ACCOUNT_ID, REGION

_log = logging.getLogger(__name__)
_ACTIONS = {"ALARM": "alarm_actions", "OK": "ok_actions", "INSUFFICIENT_DATA": "insufficient_data_actions"}


def run(alarm: Alarm, before: StateSeen) -> None:
    """Run the actions of the state that the alarm has just taken; a failing action is logged, as AWS does."""
    if not alarm.actions_enabled:
        return
    for arn in getattr(alarm, _ACTIONS[alarm.state_value]) or []:
        try:
            _act(arn, alarm, before)
        except Exception:  # noqa: BLE001 - AWS reports no failing action either
            _log.exception("Action %s of alarm %s failed", arn, alarm.name)


def _act(arn: str, alarm: Alarm, before: StateSeen) -> None:
    if ":sns:" in arn:
        _require(arn, alarm)
        subject = f'{alarm.state_value}: "{alarm.name}" in EU (Ireland)'
        sns_backends[ACCOUNT_ID][REGION].publish(json.dumps(message(alarm, before)), arn=arn, subject=subject[:100])
    elif ":lambda:" in arn:
        event = {
            "source": "aws.cloudwatch",
            "alarmArn": alarm.alarm_arn,
            "accountId": ACCOUNT_ID,
            "time": isoformat(StateSeen.of(alarm).at),
            "region": REGION,
            "alarmData": detail(alarm, before),
        }
        headers = {"x-amz-invocation-type": "Event"}
        lambda_backends[ACCOUNT_ID][REGION].invoke(arn, None, json.dumps(event), headers, {})


def _require(arn: str, alarm: Alarm) -> None:
    """Let an alarm publish where the topic's policy names CloudWatch, or is the one that a topic begins with.

    That lets everybody of the account (CloudWatch user guide, "Notifying users on alarm changes").
    """
    policy = topic_policy(arn)
    untouched = any(each.get("Sid") == "__default_statement_ID" for each in policy.get("Statement", []))
    if not untouched and not permits(policy, "cloudwatch.amazonaws.com", "sns:Publish", alarm.alarm_arn):
        raise UndeliverableError(f"{arn} does not permit cloudwatch.amazonaws.com to publish from {alarm.alarm_arn}.")


def message(alarm: Alarm, before: StateSeen) -> dict[str, Any]:
    """Return the JSON that CloudWatch publishes to a topic."""
    seen = StateSeen.of(alarm)
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": ACCOUNT_ID,
        "NewStateValue": seen.value,
        "NewStateReason": seen.reason,
        "StateChangeTime": isoformat(seen.at),
        "Region": "EU (Ireland)",
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before.value,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        **({"AlarmRule": alarm.rule} if alarm.rule is not None else {"Trigger": _trigger(alarm)}),
    }


def _trigger(alarm: Alarm) -> dict[str, Any]:
    return {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "Dimensions": [{"name": dimension.name, "value": dimension.value} for dimension in alarm.dimensions],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "",
    }
