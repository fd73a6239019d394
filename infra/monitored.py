"""What SageMaker Model Monitor is told of an endpoint: its job, its schedule, and what its role may do.

Sources: SageMaker API reference, CreateDataQualityJobDefinition, ScheduleConfig; developer guide,
"CreateProcessingJob API: execution role permissions", and Model Monitor's "CloudWatch metrics", also "for bring your
own containers".
"""

from typing import Any

from infra.content import digest
from infra.execution import pull, s3_arn
from infra.place import Place
from infra.policies import ANYTHING, Document, Statement, allow, document
from infra.spec.endpoint import Capture, Endpoint
from infra.spec.monitor import Monitor
from infra.volumes import has_disks

STATISTICS, CONSTRAINTS = "statistics.json", "constraints.json"
_LONGEST_NAME = 63
_NAMESPACES = (
    "/aws/sagemaker/Endpoint/data-metrics",
    "/aws/sagemaker/Endpoints/data-metric",
    "/aws/sagemaker/Endpoints/data-metrics",
    "aws/sagemaker/Endpoints/data-metrics",
)
"""Where Model Monitor publishes: AWS's pages and notebooks write it in these ways."""


def role_name(environment: str, endpoint: str) -> str:
    """Name the monitor's role (at most 64 characters)."""
    return f"serinus-{environment}-{endpoint[:18]}-{digest(endpoint)}-monitor"


def definition_name(environment: str, endpoint: Endpoint) -> str:
    """Name the job definition by its content: it cannot be changed, only replaced (at most 63 characters)."""
    identity = digest([environment, endpoint.name, definition(endpoint)])
    return f"{endpoint.name[: _LONGEST_NAME - len(identity) - 1].rstrip('-')}-{identity}"


def cron(every: int) -> str:
    """Say every so many seconds as Model Monitor's cron expression: an hour, a day, or hours that divide one."""
    hours = every // 3_600
    return {1: "cron(0 * ? * * *)", 24: "cron(0 0 ? * * *)"}.get(hours, f"cron(0 0/{hours} ? * * *)")


def files(endpoint: Endpoint) -> dict[str, str]:
    """Map the S3 location of each file that the monitor compares with to its text; the statistics come first."""
    monitor, _ = _parts(endpoint)
    texts = {STATISTICS: monitor.statistics, CONSTRAINTS: monitor.constraints}
    folder = f"{_own(endpoint)}/baseline/{digest(texts)}"
    return {f"{folder}/{name}": text for name, text in texts.items() if text}


def definition(endpoint: Endpoint) -> dict[str, Any]:
    """Write the job definition, but for its name and its role, as arguments of Terraform's resource."""
    monitor, _ = _parts(endpoint)
    local = "/opt/ml/processing"
    resources = {STATISTICS: "statistics_resource", CONSTRAINTS: "constraints_resource"}
    output = {"s3_uri": f"{_own(endpoint)}/reports", "local_path": f"{local}/output", "s3_upload_mode": "EndOfJob"}
    return {
        "data_quality_app_specification": {
            "image_uri": monitor.image,
            "environment": {"publish_cloudwatch_metrics": "Enabled"},
        },
        "data_quality_baseline_config": {
            resources[uri.rpartition("/")[2]]: {"s3_uri": uri} for uri in files(endpoint)
        },
        "data_quality_job_input": {
            "endpoint_input": {
                "endpoint_name": endpoint.name,
                "local_path": f"{local}/input/endpoint",
                "s3_data_distribution_type": "FullyReplicated",
                "s3_input_mode": "File",
            }
        },
        "data_quality_job_output_config": {
            "monitoring_outputs": {"s3_output": output},
            "kms_key_id": endpoint.kms_key,
        },
        "job_resources": {
            "cluster_config": {
                "instance_count": 1,
                "instance_type": monitor.instance,
                "volume_size_in_gb": monitor.volume_gb,
                "volume_kms_key_id": _volume_key(endpoint, monitor),
            }
        },
        # Metrics are read from a file by SageMaker itself, so that the container needs no network.
        "network_config": {"enable_network_isolation": True, "enable_inter_container_traffic_encryption": True},
        "stopping_condition": {"max_runtime_in_seconds": monitor.max_runtime},
    }


def policy(place: Place, endpoint: Endpoint) -> Document:
    """Let the job read captures and baseline, write reports and metrics, and pull its image."""
    monitor, capture = _parts(endpoint)
    captures = f"{s3_arn(place, capture.to).rstrip('/')}/{endpoint.name}"
    own = s3_arn(place, _own(endpoint))
    read = [f"{captures}/*", *(s3_arn(place, uri) for uri in files(endpoint))]
    group = place.arn("logs", "log-group:/aws/sagemaker/ProcessingJobs:*")
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    namespaces = {"StringEquals": {"cloudwatch:namespace": list(_NAMESPACES)}}
    return document(
        [
            allow(["s3:GetObject"], read),
            allow(["s3:ListBucket"], list({each.split("/", 1)[0] for each in (captures, own)})),
            allow(["s3:AbortMultipartUpload", "s3:PutObject"], [f"{own}/reports/*"]),
            allow(["cloudwatch:PutMetricData"], [ANYTHING]) | {"Condition": namespaces},
            allow(actions, [group]),
            *pull(place, [monitor.image or ""]),
            *_keys(endpoint, monitor),
        ]
    )


def _keys(endpoint: Endpoint, monitor: Monitor) -> list[Statement]:
    """Grant the key of what is read and written, and let the volume's be handed on to EC2."""
    if endpoint.kms_key is None:
        return []
    statements = [allow(["kms:Decrypt", "kms:GenerateDataKey"], [endpoint.kms_key])]
    if key := _volume_key(endpoint, monitor):
        for_aws = {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}
        statements.append(allow(["kms:CreateGrant"], [key]) | for_aws)
    return statements


def _volume_key(endpoint: Endpoint, monitor: Monitor) -> str | None:
    """Tell the volume's key; local storage takes none (API reference, MonitoringClusterConfig)."""
    return None if has_disks(monitor.instance) else endpoint.kms_key


def _own(endpoint: Endpoint) -> str:
    monitor, _ = _parts(endpoint)
    return f"{monitor.to.rstrip('/')}/{endpoint.name}"


def _parts(endpoint: Endpoint) -> tuple[Monitor, Capture]:
    """Tell what a monitored endpoint has; raises ValueError where it is none."""
    if endpoint.monitor is None or endpoint.capture is None:
        raise ValueError(f"endpoint {endpoint.name} has no monitor, or no captures for one")
    return endpoint.monitor, endpoint.capture
