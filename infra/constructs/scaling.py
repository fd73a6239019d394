"""Autoscaling of one production variant."""

from typing import Any

from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.sagemaker_endpoint import SagemakerEndpoint
from constructs import Construct

from infra.spec.endpoint import Autoscaling


class Scaling(Construct):
    """Keeps one variant's instances at the target of requests per instance and minute."""

    def __init__(
        self, scope: Construct, id_: str, *, endpoint: SagemakerEndpoint, variant: str, autoscaling: Autoscaling
    ) -> None:
        super().__init__(scope, id_)
        where: dict[str, Any] = {
            "resource_id": f"endpoint/{endpoint.name}/variant/{variant}",
            "scalable_dimension": "sagemaker:variant:DesiredInstanceCount",
            "service_namespace": "sagemaker",
        }
        target = AppautoscalingTarget(
            self,
            "target",
            **where,
            min_capacity=autoscaling.minimum,
            max_capacity=autoscaling.maximum,
        )
        metric = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
            predefined_metric_type="SageMakerVariantInvocationsPerInstance"
        )
        AppautoscalingPolicy(
            self,
            "policy",
            **where,
            name="requests-per-instance",
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                target_value=autoscaling.invocations_per_instance, predefined_metric_specification=metric
            ),
            depends_on=[target],
        )
