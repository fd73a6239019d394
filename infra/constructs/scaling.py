"""Autoscaling of one production variant."""

from typing import Any

from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationDimensions,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.sagemaker_endpoint import SagemakerEndpoint
from constructs import Construct

from infra.queued import BACKLOG
from infra.spec.endpoint import Autoscaling

Tracking = AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration
Own = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification
Dimension = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationDimensions
Predefined = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification


class Scaling(Construct):
    """Keeps one variant's instances at the target: of requests per instance and minute, or of those in the queue.

    Instances that are ``kept`` are not given up when there is less to do.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        endpoint: SagemakerEndpoint,
        variant: str,
        autoscaling: Autoscaling,
        kept: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self.where: dict[str, Any] = {
            "resource_id": f"endpoint/{endpoint.name}/variant/{variant}",
            "scalable_dimension": "sagemaker:variant:DesiredInstanceCount",
            "service_namespace": "sagemaker",
        }
        self.target = AppautoscalingTarget(
            self,
            "target",
            **self.where,
            min_capacity=autoscaling.minimum,
            max_capacity=autoscaling.maximum,
        )
        name, tracking = _tracking(endpoint.name, autoscaling, kept=kept)
        AppautoscalingPolicy(
            self,
            "policy",
            **self.where,
            name=name,
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration=tracking,
            depends_on=[self.target],
        )


def _tracking(endpoint: str, autoscaling: Autoscaling, *, kept: bool) -> tuple[str, Tracking]:
    """Say what is followed; of a queue as in the developer guide, "Autoscale an asynchronous endpoint"."""
    if autoscaling.backlog_per_instance is None:
        metric = Predefined(predefined_metric_type="SageMakerVariantInvocationsPerInstance")
        target = autoscaling.invocations_per_instance or 0
        # Left out where it is not asked for: other endpoints' policies stay what they are.
        keep = True if kept else None
        return "requests-per-instance", Tracking(
            target_value=target, predefined_metric_specification=metric, disable_scale_in=keep
        )
    backlog = Own(
        namespace="AWS/SageMaker",
        metric_name=BACKLOG,
        statistic="Average",
        dimensions=[Dimension(name="EndpointName", value=endpoint)],
    )
    return "backlog-per-instance", Tracking(
        target_value=autoscaling.backlog_per_instance, customized_metric_specification=backlog
    )
