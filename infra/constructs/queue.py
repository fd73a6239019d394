"""What makes an endpoint asynchronous: the part of its configuration that says where answers go."""

from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationAsyncInferenceConfig,
    SagemakerEndpointConfigurationAsyncInferenceConfigClientConfig,
    SagemakerEndpointConfigurationAsyncInferenceConfigOutputConfig,
    SagemakerEndpointConfigurationAsyncInferenceConfigOutputConfigNotificationConfig,
)

from infra.spec.asynchronous import Asynchronous

Queue = SagemakerEndpointConfigurationAsyncInferenceConfig
Client = SagemakerEndpointConfigurationAsyncInferenceConfigClientConfig
Output = SagemakerEndpointConfigurationAsyncInferenceConfigOutputConfig
Topics = SagemakerEndpointConfigurationAsyncInferenceConfigOutputConfigNotificationConfig


def queue(asynchronous: Asynchronous) -> Queue:
    """Say it in Terraform's words (``async_inference_config``)."""
    return Queue(
        client_config=_client(asynchronous),
        output_config=Output(
            s3_output_path=asynchronous.to,
            s3_failure_path=asynchronous.failures,
            kms_key_id=asynchronous.kms_key,
            notification_config=_topics(asynchronous),
        ),
    )


def _client(asynchronous: Asynchronous) -> Client | None:
    if asynchronous.max_concurrent is None:
        return None
    return Client(max_concurrent_invocations_per_instance=asynchronous.max_concurrent)


def _topics(asynchronous: Asynchronous) -> Topics | None:
    if not asynchronous.success_topic and not asynchronous.error_topic:
        return None
    return Topics(success_topic=asynchronous.success_topic, error_topic=asynchronous.error_topic)
