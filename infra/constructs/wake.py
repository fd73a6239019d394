"""From no instance to the first: what an asynchronous endpoint needs that is scaled to nothing."""

from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyStepScalingPolicyConfiguration,
    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from infra.constructs.scaling import Scaling
from infra.queued import waking

Steps = AppautoscalingPolicyStepScalingPolicyConfiguration
Step = AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment

_COOLDOWN = 300
"""Seconds, in which the instance that was asked for comes up."""


class Wake(Construct):
    """Starts the first instance for the first request that waits.

    Tracking the backlog per instance cannot: without an instance there is none, and SageMaker waits until the queue
    is longer than the target. Source: developer guide, "Define a scaling policy that scales up from zero".
    """

    def __init__(self, scope: Construct, id_: str, *, environment: str, endpoint: str, scaling: Scaling) -> None:
        super().__init__(scope, id_)
        policy = AppautoscalingPolicy(
            self,
            "policy",
            **scaling.where,
            name="first-instance",
            policy_type="StepScaling",
            step_scaling_policy_configuration=Steps(
                adjustment_type="ChangeInCapacity",
                metric_aggregation_type="Average",
                cooldown=_COOLDOWN,
                step_adjustment=[Step(metric_interval_lower_bound="0", scaling_adjustment=1)],
            ),
            depends_on=[scaling.target],
        )
        CloudwatchMetricAlarm(
            self,
            "alarm",
            alarm_name=waking(environment, endpoint),
            alarm_description=f"{endpoint}: requests wait and there is no instance",
            namespace="AWS/SageMaker",
            metric_name="HasBacklogWithoutCapacity",
            dimensions={"EndpointName": endpoint},
            statistic="Average",
            period=60,
            evaluation_periods=2,
            datapoints_to_alarm=2,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="missing",
            alarm_actions=[policy.arn],
        )
