"""What SageMaker may do while it serves an endpoint: the execution role's policy.

Source: SageMaker developer guide, "SageMaker execution roles", CreateModel API.
"""

import re
from collections.abc import Iterable

from infra.content import digest, roles
from infra.place import Place
from infra.policies import ANYTHING, Document, Statement, allow, document
from infra.spec.asynchronous import Asynchronous
from infra.spec.endpoint import Endpoint

_ECR = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[^/]+/(?P<repository>[^:@]+)")

_NAMES_A_SECRET = re.compile(
    r"arn:aws[a-z-]*:(?P<service>secretsmanager|ssm):[^:]+:\d{12}:(secret:|parameter/)[^\s*?]+"
)
_READS = {"secretsmanager": "secretsmanager:GetSecretValue", "ssm": "ssm:GetParameter"}


def role_name(environment: str, endpoint: str) -> str:
    """Name the role that is made where the environment file gives none (at most 64 characters)."""
    return f"serinus-{environment}-{endpoint[:26]}-{digest(endpoint)}"


def policy(place: Place, endpoint: Endpoint) -> Document:
    """Let SageMaker fetch images and models, write captures, look at alarms, and work off the endpoint's queue."""
    models = roles(endpoint).values()
    log_group = place.arn("logs", f"log-group:/aws/sagemaker/Endpoints/{endpoint.name}:*")
    return document(
        [
            allow(["cloudwatch:DescribeAlarms"], [place.arn("cloudwatch", "alarm:*")]),
            allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [log_group]),
            _publish(),
            *pull(place, {model.image for model in models}),
            *_fetch(place, {model.model_data for model in models if model.model_data}),
            *_capture(place, endpoint),
            *(_queue(place, endpoint.async_) if endpoint.async_ else []),
            *_keys(endpoint),
            *_secrets({value for model in models for value in model.environment.values()}),
        ]
    )


def _publish() -> Statement:
    """Let containers publish metrics; PutMetricData names no resource, so the namespaces bound it."""
    namespaces = {"StringEquals": {"cloudwatch:namespace": ["/aws/sagemaker/Endpoints", "AWS/SageMaker"]}}
    return allow(["cloudwatch:PutMetricData"], [ANYTHING]) | {"Condition": namespaces}


def pull(place: Place, images: Iterable[str]) -> list[Statement]:
    """Let SageMaker pull these images, those of them that are in ECR."""
    found = (_ECR.match(image) for image in images)
    repositories = {
        f"arn:{place.partition}:ecr:{match['region']}:{match['account']}:repository/{match['repository']}"
        for match in found
        if match
    }
    if not repositories:
        return []
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [allow(["ecr:GetAuthorizationToken"], [ANYTHING]), allow(actions, list(repositories))]


def _fetch(place: Place, uris: Iterable[str]) -> list[Statement]:
    objects = {s3_arn(place, uri) for uri in uris}
    if not objects:
        return []
    buckets = {name.split("/", 1)[0] for name in objects}
    return [allow(["s3:GetObject"], list(objects)), allow(["s3:ListBucket"], list(buckets))]


def _capture(place: Place, endpoint: Endpoint) -> list[Statement]:
    if endpoint.capture is None:
        return []
    return [allow(["s3:PutObject"], [f"{s3_arn(place, endpoint.capture.to).rstrip('/')}/*"])]


def _queue(place: Place, queue: Asynchronous) -> list[Statement]:
    """Let it read requests, write answers and tell topics (developer guide, asynchronous "Prerequisites").

    ListBucket makes a request that is not there a request that is not found, instead of one that is denied.
    """
    written = [f"{s3_arn(place, uri).rstrip('/')}/*" for uri in (queue.to, queue.failures) if uri]
    statements = [allow(["s3:AbortMultipartUpload", "s3:PutObject"], written)]
    if queue.from_:
        requests = s3_arn(place, queue.from_).rstrip("/")
        statements.append(allow(["s3:GetObject"], [f"{requests}/*"]))
        statements.append(allow(["s3:ListBucket"], [requests.split("/", 1)[0]]))
    if topics := [topic for topic in (queue.success_topic, queue.error_topic) if topic]:
        statements.append(allow(["sns:Publish"], topics))
    return statements


def _secrets(values: Iterable[str]) -> list[Statement]:
    """Let containers read the secrets and parameters that their environment names by ARN."""
    found: dict[str, list[str]] = {}
    for value in values:
        if match := _NAMES_A_SECRET.fullmatch(value):
            found.setdefault(_READS[match["service"]], []).append(value)
    return [allow([action], arns) for action, arns in sorted(found.items())]


def _keys(endpoint: Endpoint) -> list[Statement]:
    """Grant the keys of what it writes, and the endpoint's for model data; volumes have a grant of the deployer's.

    A multipart upload is decrypted again, part by part (KMS developer guide, "Amazon S3").
    """
    written = [endpoint.kms_key if endpoint.capture else None, endpoint.async_.kms_key if endpoint.async_ else None]
    both = {key for key in written if key}
    statements = [allow(["kms:Decrypt", "kms:GenerateDataKey"], list(both))] if both else []
    if endpoint.kms_key and endpoint.kms_key not in both:
        statements.append(allow(["kms:Decrypt"], [endpoint.kms_key]))
    return statements


def s3_arn(place: Place, uri: str) -> str:
    """Write an S3 URI as an ARN."""
    return f"arn:{place.partition}:s3:::{uri.removeprefix('s3://')}"
