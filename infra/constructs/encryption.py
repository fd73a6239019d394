"""Encryption at rest with a key of the account's own: one place that knows how each kind of resource takes it."""

import jsii
from cdktf import Aspects, IAspect, TerraformStack
from cdktf_cdktf_provider_aws.appconfig_configuration_profile import AppconfigConfigurationProfile
from cdktf_cdktf_provider_aws.appconfig_deployment import AppconfigDeployment
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
from cdktf_cdktf_provider_aws.sfn_state_machine import SfnStateMachine
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import IConstruct


def encrypt(stack: TerraformStack, key: str | None) -> None:
    """Let everything in the stack that keeps data keep it under ``key`` (an ARN); without one, nothing changes.

    Endpoint configurations are not among it: theirs is the endpoint's key, which is part of their names.
    """
    if key is not None:
        Aspects.of(stack).add(_Encryption(key))


@jsii.implements(IAspect)
class _Encryption:
    """Gives the key to each resource that it comes by."""

    def __init__(self, key: str) -> None:
        self._key = key

    def visit(self, node: IConstruct) -> None:
        """Set the argument by which this kind of resource takes a key."""
        match node:
            case DynamodbTable():
                node.put_server_side_encryption(enabled=True, kms_key_arn=self._key)
            case SqsQueue():
                node.reset_sqs_managed_sse_enabled()  # one or the other
                node.kms_master_key_id = self._key
            case SnsTopic():
                node.kms_master_key_id = self._key
            case CloudwatchLogGroup():
                node.kms_key_id = self._key
            case LambdaFunction():
                node.kms_key_arn = self._key
            case SfnStateMachine():
                node.put_encryption_configuration(type="CUSTOMER_MANAGED_KMS_KEY", kms_key_id=self._key)
            case AppconfigConfigurationProfile() | AppconfigDeployment():
                node.kms_key_identifier = self._key
