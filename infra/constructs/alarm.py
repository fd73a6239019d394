"""A CloudWatch alarm on metric math."""

from cdktf import TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm, CloudwatchMetricAlarmMetricQuery
from constructs import Construct

from infra.alarms import MetricAlarm


class MathAlarm(Construct):
    """The alarm as Terraform makes it.

    ``anew_with`` makes it again when that is made again; ``tells`` is the topic (an ARN) that hears of it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        alarm: MetricAlarm,
        anew_with: TerraformResource | None = None,
        tells: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        arguments = alarm.arguments()
        queries = [CloudwatchMetricAlarmMetricQuery(**query) for query in arguments.pop("metric_query")]
        self.resource = CloudwatchMetricAlarm(
            self,
            "alarm",
            metric_query=queries,
            lifecycle=_anew(anew_with),
            alarm_actions=[tells] if tells else None,
            **arguments,
        )


def _anew(resource: TerraformResource | None) -> TerraformResourceLifecycle | None:
    if resource is None:
        return None
    # The binding writes a resource object as "${…}", which Terraform does not take here.
    address = f"{resource.terraform_resource_type}.{resource.friendly_unique_id}"
    return TerraformResourceLifecycle(replace_triggered_by=[address])
