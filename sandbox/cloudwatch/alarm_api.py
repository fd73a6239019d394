"""PutMetricAlarm, PutCompositeAlarm and DescribeAlarms, where moto differs from AWS."""

from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from sandbox.cloudwatch.alarm_rule import AlarmRuleError, alarms_in
from sandbox.cloudwatch.math_syntax import MathSyntaxError, parse
from sandbox.cloudwatch.metric_api import checked_period, checked_stat
from sandbox.registry import method, original

_ALARM_PERIODS = {10, 20, 30}


def install() -> None:
    """Put the actions on moto."""
    _keep_state_on_update()
    _describe_by_type()
    _put_composite()


def _keep_state_on_update() -> None:
    put = original(CloudWatchBackend, "put_metric_alarm")

    def put_metric_alarm(self: CloudWatchBackend, **settings: Any) -> Any:
        before = self.alarms.get(settings["name"])
        extended = settings.pop("extended_statistic", None)
        alarm: Any = put(self, **settings)
        alarm.extended_statistic = extended
        alarm.alarm_rule = alarm.rule
        try:
            check(alarm)
        except ValidationError:
            _restore(self, settings["name"], before)
            raise
        _inherit(alarm, before)
        return alarm

    method(CloudWatchBackend)(put_metric_alarm)


def _restore(backend: CloudWatchBackend, name: str, before: Alarm | None) -> None:
    backend.alarms.pop(name)
    if before:
        backend.alarms[name] = before


def _inherit(alarm: Any, before: Alarm | None) -> None:
    """A new alarm begins without data; an updated one keeps its state (PutMetricAlarm)."""
    if before is None:
        alarm.state_value = "INSUFFICIENT_DATA"
        alarm.state_transitioned_timestamp = alarm.state_updated_timestamp
        return
    for name in ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history"):
        setattr(alarm, name, getattr(before, name))
    alarm.state_transitioned_timestamp = getattr(before, "state_transitioned_timestamp", None)


def check(alarm: Alarm) -> None:
    """Refuse a rule, an expression, a statistic or a period that CloudWatch refuses."""
    try:
        if alarm.rule is not None:
            alarms_in(alarm.rule)
            return
        for query in alarm.metric_data_queries:
            if query.expression:
                parse(query.expression)
    except (AlarmRuleError, MathSyntaxError) as error:
        raise ValidationError(str(error)) from error
    for query in alarm.metric_data_queries:
        if query.metric_stat:
            _check_metric(query.metric_stat.stat, int(query.metric_stat.period))
    if not alarm.metric_data_queries:
        _check_metric(alarm.statistic or alarm.extended_statistic or "", int(alarm.period))


def _check_metric(stat: str, period: int) -> None:
    checked_stat(stat)
    if checked_period(period) < 60 and period not in _ALARM_PERIODS:
        raise ValidationError("Period must be 10, 20, 30 or a multiple of 60.")


def _describe_by_type() -> None:
    describe = original(CloudWatchResponse, "describe_alarms")

    def describe_alarms(self: CloudWatchResponse) -> ActionResult:
        kinds = self._get_param("AlarmTypes") or ["MetricAlarm"]
        found: Any = describe(self).result
        metric = [alarm for alarm in found["MetricAlarms"] if "MetricAlarm" in kinds]
        composite = [alarm for alarm in found["CompositeAlarms"] if "CompositeAlarm" in kinds]
        return ActionResult({"MetricAlarms": metric, "CompositeAlarms": composite})

    method(CloudWatchResponse)(describe_alarms)


def _put_composite() -> None:
    def put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
        return self.put_metric_alarm()

    method(CloudWatchResponse)(put_composite_alarm)
