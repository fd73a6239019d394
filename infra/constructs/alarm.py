"""A CloudWatch alarm on metric math."""

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm, CloudwatchMetricAlarmMetricQuery
from constructs import Construct

from infra.alarms import MetricAlarm


class MathAlarm(Construct):
    """Fires above the threshold; no data is no breach. ``anew_with`` makes it again when that is made again."""

    def __init__(
        self, scope: Construct, id_: str, *, alarm: MetricAlarm, anew_with: ITerraformDependable | None = None
    ) -> None:
        super().__init__(scope, id_)
        lifecycle = None if anew_with is None else TerraformResourceLifecycle(replace_triggered_by=[anew_with])
        self.resource = CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=alarm.name,
            alarm_description=alarm.description,
            comparison_operator="GreaterThanThreshold",
            threshold=alarm.threshold,
            evaluation_periods=alarm.firing.periods,
            datapoints_to_alarm=alarm.firing.breaches,
            treat_missing_data="notBreaching",
            metric_query=[CloudwatchMetricAlarmMetricQuery(**query) for query in alarm.queries],
            lifecycle=lifecycle,
        )
