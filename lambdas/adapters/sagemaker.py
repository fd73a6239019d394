"""SageMaker's endpoints: DescribeEndpoint, UpdateEndpointWeightsAndCapacities, and ListTags at plan time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.adapters.refusals import told
from lambdas.rollout.live import Live, Variant
from lambdas.rollout.names import CANARY, CANARY_TAG, CHALLENGER_TAGS, STABLE, STABLE_TAG
from lambdas.rollout.plan import FULL

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef, ProductionVariantSummaryTypeDef

    from lambdas.rollout.ports import Turn


class SageMakerEndpoints:
    """Implements `lambdas.rollout.ports.Endpoints` and `Fleets`."""

    def __init__(self, client: SageMakerClient) -> None:
        self._client = client

    def live(self, endpoint: str) -> Live | None:
        """Read what serves now with one DescribeEndpoint."""
        answer = self._describe(endpoint)
        if answer is None:
            return None
        return Live(
            endpoint=endpoint,
            status=answer["EndpointStatus"],
            config=answer.get("EndpointConfigName", ""),
            pending="PendingDeploymentSummary" in answer,
            variants=tuple(_variant(variant) for variant in answer.get("ProductionVariants", [])),
            failure=answer.get("FailureReason", ""),
        )

    def set_canary_weight(self, live: Live, weight: int, turn: Turn | None = None) -> None:
        """Ask for new weights, whoever's turn it is; a ValidationException while Updating is told as busy."""
        del turn
        with told(_is_busy):
            self._client.update_endpoint_weights_and_capacities(
                EndpointName=live.endpoint,
                DesiredWeightsAndCapacities=[
                    {"VariantName": STABLE, "DesiredWeight": FULL - weight},
                    {"VariantName": CANARY, "DesiredWeight": weight},
                ],
            )

    def set_count(self, live: Live, variant: str, count: int) -> None:
        """Ask for instances alone: one call takes weights, or the capacity of one variant (API reference)."""
        with told(_is_busy):
            self._client.update_endpoint_weights_and_capacities(
                EndpointName=live.endpoint,
                DesiredWeightsAndCapacities=[{"VariantName": variant, "DesiredInstanceCount": count}],
            )

    def hand_over(self, live: Live, turn: Turn) -> None:
        """Do nothing: the weights are SageMaker's already."""

    def set_configuration(self, live: Live, config: str) -> None:
        """Ask for another configuration under the deployment guardrails that Terraform set.

        Counts stay as they are live; weights and capture are the configuration's (a shadow variant's weight is a
        sampling rate, and would become a share of the traffic).
        """
        with told(_is_busy):
            self._client.update_endpoint(
                EndpointName=live.endpoint,
                EndpointConfigName=config,
                RetainDeploymentConfig=True,
                RetainAllVariantProperties=True,
                ExcludeRetainedVariantProperties=[
                    {"VariantPropertyType": "DesiredWeight"},
                    {"VariantPropertyType": "DataCaptureConfig"},
                ],
            )

    def versions(self, endpoint: str) -> dict[str, str]:
        """Tell the live model version by variant name, from the tags of the live configuration."""
        answer = self._describe(endpoint)
        if answer is None or "EndpointConfigName" not in answer:
            return {}
        arn = answer["EndpointArn"].rsplit(":", 1)[0] + f":endpoint-config/{answer['EndpointConfigName']}"
        pages = self._client.get_paginator("list_tags").paginate(ResourceArn=arn)
        tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
        found = {STABLE: tags.get(STABLE_TAG, ""), CANARY: tags.get(CANARY_TAG, "")}
        found |= {
            key.removeprefix(CHALLENGER_TAGS): version
            for key, version in tags.items()
            if key.startswith(CHALLENGER_TAGS)
        }
        return {variant: version for variant, version in found.items() if version}

    def _describe(self, endpoint: str) -> DescribeEndpointOutputTypeDef | None:
        try:
            return self._client.describe_endpoint(EndpointName=endpoint)
        except ClientError as error:
            if "Could not find" in str(error):
                return None
            raise


def _variant(summary: ProductionVariantSummaryTypeDef) -> Variant:
    weight = summary.get("CurrentWeight", 0.0)
    count = summary.get("CurrentInstanceCount", 0)
    return Variant(
        name=summary["VariantName"],
        weight=weight,
        desired_weight=summary.get("DesiredWeight", weight),
        count=count,
        desired_count=summary.get("DesiredInstanceCount", count),
    )


def _is_busy(error: ClientError) -> bool:
    """Tell the refusal "Cannot update in-progress endpoint" from other validation errors."""
    return error.response["Error"]["Code"] == "ValidationException" and "in-progress" in str(error).lower()
