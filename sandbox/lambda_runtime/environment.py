"""The environment of a function's process: its own variables and what AWS sets, nothing of this machine's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.iam.roles import Credentials


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a function is deployed with. `fingerprint` changes with its code or configuration."""

    name: str
    arn: str
    handler: str
    version: str
    runtime: str
    memory: int
    timeout: float
    region: str
    variables: Mapping[str, str]
    log_group: str
    log_format: str
    fingerprint: str


def environment(
    function: Configuration, root: Path, credentials: Credentials, url: str, log_stream: str
) -> dict[str, str]:
    """Return the variables; `root` is the extracted code, `url` the sandbox's own endpoint.

    Source: Lambda developer guide, "Defined runtime environment variables".
    """
    return {
        **function.variables,
        "_HANDLER": function.handler,
        "_X_AMZN_TRACE_ID": "Root=1-00000000-000000000000000000000000;Parent=0000000000000000;Sampled=0",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_SESSION_TOKEN": credentials.token,
        "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_TASK_ROOT": str(root),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(root),
        "HOME": str(root.parent),  # no file of the developer's, such as ~/.aws, is read
    }
