"""SageMaker Model Monitor on an endpoint: its baseline in S3, its job definition, its schedule and its role."""

from base64 import b64encode

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.s3_object import (
    S3Object,
    S3ObjectOverrideProvider,
    S3ObjectOverrideProviderDefaultTags,
)
from cdktf_cdktf_provider_aws.sagemaker_data_quality_job_definition import SagemakerDataQualityJobDefinition
from cdktf_cdktf_provider_aws.sagemaker_monitoring_schedule import (
    SagemakerMonitoringSchedule,
    SagemakerMonitoringScheduleMonitoringScheduleConfig,
    SagemakerMonitoringScheduleMonitoringScheduleConfigScheduleConfig,
)
from constructs import Construct

from infra import monitored
from infra.constructs.role import Role
from infra.place import Place
from infra.spec.endpoint import Endpoint
from infra.spec.monitor import Monitor


class ModelMonitor(Construct):
    """The schedule, which has the endpoint's name, made after the endpoint and removed before it.

    A job definition cannot be changed, and is named by its content (docs/decisions/0002-identity-in-names.md). It is
    not made before the old one is destroyed, as a configuration is: Terraform would hand that on to all that it
    depends on, the endpoint's alarms among it, and an alarm that is made anew under its name and then destroyed is
    gone. So the schedule steps aside for its new job, for seconds.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        place: Place,
        endpoint: Endpoint,
        monitor: Monitor,
        served: ITerraformDependable,
    ) -> None:
        super().__init__(scope, id_)
        policy = monitored.policy(place, endpoint)
        name = monitored.role_name(place.environment, endpoint.name)
        role = Role(self, "role", name=name, service="sagemaker", policy=policy)
        files = [_file(self, uri, text, endpoint.kms_key) for uri, text in monitored.files(endpoint).items()]
        definition = SagemakerDataQualityJobDefinition(
            self,
            "definition",
            name=monitored.definition_name(place.environment, endpoint),
            role_arn=role.arn,
            depends_on=[role.policy, served, *files],
            **monitored.definition(endpoint),
        )
        config = SagemakerMonitoringScheduleMonitoringScheduleConfig(
            monitoring_job_definition_name=definition.name,
            monitoring_type="DataQuality",
            schedule_config=SagemakerMonitoringScheduleMonitoringScheduleConfigScheduleConfig(
                schedule_expression=monitored.cron(monitor.every)
            ),
        )
        # The binding writes a resource object as "${…}", which Terraform does not take here.
        address = f"{definition.terraform_resource_type}.{definition.friendly_unique_id}"
        SagemakerMonitoringSchedule(
            self,
            "schedule",
            name=endpoint.name,
            monitoring_schedule_config=config,
            lifecycle=TerraformResourceLifecycle(replace_triggered_by=[address]),
            depends_on=[served],
        )


def _file(scope: Construct, uri: str, text: str, key: str | None) -> S3Object:
    """Put a file of the baseline into S3: in Base64, for Terraform would take a ``${`` in it for its own.

    An object takes 10 tags where everything else takes 50, so it has none of the environment's.
    """
    bucket, _, path = uri.removeprefix("s3://").partition("/")
    return S3Object(
        scope,
        path.rpartition("/")[2].removesuffix(".json"),
        bucket=bucket,
        key=path,
        content_base64=b64encode(text.encode()).decode(),
        content_type="application/json",
        kms_key_id=key,
        override_provider=S3ObjectOverrideProvider(default_tags=S3ObjectOverrideProviderDefaultTags(tags={})),
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
    )
