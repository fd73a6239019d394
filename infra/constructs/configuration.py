"""An endpoint configuration: which models serve, on what, with which weights."""

from collections.abc import Mapping
from dataclasses import replace

from cdktf import Precondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfiguration,
    SagemakerEndpointConfigurationDataCaptureConfig,
    SagemakerEndpointConfigurationDataCaptureConfigCaptureContentTypeHeader,
    SagemakerEndpointConfigurationDataCaptureConfigCaptureOptions,
    SagemakerEndpointConfigurationProductionVariants,
    SagemakerEndpointConfigurationProductionVariantsServerlessConfig,
    SagemakerEndpointConfigurationShadowProductionVariants,
)
from constructs import Construct

from infra.constructs.live import Keeps, Written
from infra.constructs.queue import queue
from infra.content import pair, roles, shadow_of, shadow_shape, shape
from infra.spec.endpoint import Endpoint
from infra.spec.model import ModelVersion
from infra.variants import kept, tags
from infra.volumes import volume_key
from lambdas.rollout import names
from lambdas.rollout.plan import FULL

Variant = SagemakerEndpointConfigurationProductionVariants
ShadowVariant = SagemakerEndpointConfigurationShadowProductionVariants


class Configuration(Construct):
    """A configuration named by its content, made before the one that it replaces is destroyed.

    ``models`` are model names by role. Nothing is made where the `live` function refuses.
    """

    def __init__(
        self, scope: Construct, id_: str, *, endpoint: Endpoint, models: Mapping[str, str], live: Keeps
    ) -> None:
        super().__init__(scope, id_)
        self.resource = SagemakerEndpointConfiguration(
            self,
            "configuration",
            name_prefix=names.config_prefix(endpoint.name, pair(endpoint), shape(endpoint)),
            production_variants=[
                _variant(endpoint, role, model, models[role], live) for role, model in roles(endpoint).items()
            ],
            kms_key_arn=volume_key(endpoint),
            data_capture_config=_capture(endpoint),
            async_inference_config=queue(endpoint.async_) if endpoint.async_ else None,
            tags=tags(endpoint),
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True,
                ignore_changes=kept(endpoint),
                precondition=[_allowed(live)] if live.refusal else None,
            ),
        )
        self.name = self.resource.name


class BackConfiguration(Construct):
    """The second way back: the pair with stable at 100 %, for the day on which SageMaker takes no weights."""

    def __init__(self, scope: Construct, id_: str, *, endpoint: Endpoint, models: Mapping[str, str]) -> None:
        super().__init__(scope, id_)
        settled = Written(stable=FULL, canary=0)
        self.resource = SagemakerEndpointConfiguration(
            self,
            "configuration",
            name_prefix=names.config_prefix(endpoint.name, pair(endpoint), names.back_shape(shape(endpoint))),
            production_variants=[
                _variant(endpoint, role, model, models[role], settled) for role, model in roles(endpoint).items()
            ],
            kms_key_arn=volume_key(endpoint),
            data_capture_config=_capture(endpoint),
            tags=tags(endpoint),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.name = self.resource.name


class ShadowConfiguration(Construct):
    """The configuration in which the canary gets copies of stable's requests; all of their answers are captured.

    SageMaker allows one production and one shadow variant. The shadow variant is named ``canary``: its metrics and
    captures have the same names in every stage.
    """

    def __init__(
        self, scope: Construct, id_: str, *, endpoint: Endpoint, models: Mapping[str, str], live: Keeps
    ) -> None:
        super().__init__(scope, id_)
        shadow, canary, stable = shadow_of(endpoint), endpoint.canary, endpoint.instance_for(endpoint.stable)
        copy = endpoint.instance_for(canary) if canary else None
        if shadow is None or copy is None or stable is None or endpoint.capture is None:
            raise ValueError(f"endpoint {endpoint.name} has no shadow step, no instances or no capture")
        self.resource = SagemakerEndpointConfiguration(
            self,
            "configuration",
            name_prefix=names.config_prefix(endpoint.name, pair(endpoint), shadow_shape(endpoint)),
            production_variants=[
                Variant(
                    variant_name=names.STABLE,
                    model_name=models[names.STABLE],
                    initial_variant_weight=FULL,
                    instance_type=stable.type,
                    initial_instance_count=stable.count,
                )
            ],
            shadow_production_variants=[
                ShadowVariant(
                    variant_name=names.CANARY,
                    model_name=models[names.CANARY],
                    initial_variant_weight=shadow.sample,
                    instance_type=copy.type,
                    initial_instance_count=copy.count,
                )
            ],
            kms_key_arn=volume_key(endpoint),
            data_capture_config=_capture(replace(endpoint, capture=replace(endpoint.capture, sample=100))),
            tags=tags(endpoint),
            lifecycle=TerraformResourceLifecycle(
                create_before_destroy=True, precondition=[_allowed(live)] if live.refusal else None
            ),
        )
        self.name = self.resource.name


def _allowed(live: Keeps) -> Precondition:
    return Precondition(condition=f'${{{live.refusal} == ""}}', error_message=f"${{{live.refusal}}}")


def _variant(endpoint: Endpoint, role: str, model: ModelVersion, model_name: str, live: Keeps) -> Variant:
    weight, instance = live.weight(role), endpoint.instance_for(model)
    if instance is None:
        return Variant(
            variant_name=role,
            model_name=model_name,
            initial_variant_weight=weight,
            serverless_config=_serverless(endpoint),
        )
    count = live.count(role, instance.count) if endpoint.autoscaling else instance.count
    return Variant(
        variant_name=role,
        model_name=model_name,
        initial_variant_weight=weight,
        instance_type=instance.type,
        initial_instance_count=count,
    )


def _serverless(endpoint: Endpoint) -> SagemakerEndpointConfigurationProductionVariantsServerlessConfig:
    if endpoint.serverless is None:
        raise ValueError(f"endpoint {endpoint.name} has neither an instance nor serverless settings")
    return SagemakerEndpointConfigurationProductionVariantsServerlessConfig(
        memory_size_in_mb=endpoint.serverless.memory, max_concurrency=endpoint.serverless.concurrency
    )


def _capture(endpoint: Endpoint) -> SagemakerEndpointConfigurationDataCaptureConfig | None:
    """Capture requests and answers, in Base64 but for what shall be text: Model Monitor's analyzer reads no other.

    Source: SageMaker API reference, CaptureContentTypeHeader.
    """
    capture = endpoint.capture
    if capture is None:
        return None
    csv, json = (
        given or (usual if endpoint.monitor else ())
        for given, usual in ((capture.csv, ("text/csv",)), (capture.json, ("application/json",)))
    )
    text = SagemakerEndpointConfigurationDataCaptureConfigCaptureContentTypeHeader(
        csv_content_types=list(csv) or None, json_content_types=list(json) or None
    )
    option = SagemakerEndpointConfigurationDataCaptureConfigCaptureOptions
    return SagemakerEndpointConfigurationDataCaptureConfig(
        enable_capture=True,
        initial_sampling_percentage=capture.sample,
        destination_s3_uri=capture.to,
        kms_key_id=endpoint.kms_key,
        capture_content_type_header=text if csv or json else None,
        capture_options=[option(capture_mode=mode) for mode in ("Input", "Output")],
    )
