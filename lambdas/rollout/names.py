"""Names shared by the stacks that create things and the functions that find them again."""

import re

STABLE, CANARY = "stable", "canary"
"""The production variants' names, and the roles of the model versions that they carry."""

_CONFIG = re.compile(r"-(?P<pair>[0-9a-f]{8})(?P<shape>[0-9a-f]{8})-")
_CONFIG_PREFIX_LIMIT = 37
"""63 characters of an EndpointConfigName less the 26 that Terraform's ``name_prefix`` appends."""


def config_prefix(endpoint: str, pair: str, shape: str) -> str:
    """Begin an EndpointConfigName; ``pair`` and ``shape`` are 8 hexadecimal digits each."""
    identity = f"-{pair}{shape}-"
    return endpoint[: _CONFIG_PREFIX_LIMIT - len(identity)] + identity


def pair_and_shape(config: str) -> tuple[str, str]:
    """Read pair and shape back from an EndpointConfigName; empty strings where Serinus did not make it."""
    match = _CONFIG.search(config)
    return (match["pair"], match["shape"]) if match else ("", "")


def back_shape(shape: str) -> str:
    """Name the shape of a configuration's second way back: every bit of its own turned over, so never the same."""
    return f"{int(shape, 16) ^ 0xFFFFFFFF:08x}"


def ledger_table(environment: str) -> str:
    """Name the environment's DynamoDB table."""
    return f"serinus-{environment}-ledger"


def pairs_table(environment: str) -> str:
    """Name the environment's DynamoDB table of captured pairs."""
    return f"serinus-{environment}-pairs"


def rewards_table(environment: str) -> str:
    """Name the environment's DynamoDB table of rewards that have been counted."""
    return f"serinus-{environment}-rewards"


def predictions_table(environment: str) -> str:
    """Name the table of requests whose prediction or truth may still come."""
    return f"serinus-{environment}-predictions"


def folder(uri: str, endpoint: str) -> tuple[str, str]:
    """Tell where an endpoint's captures or truths lie below an S3 URI: bucket, and prefix with a slash at its end."""
    bucket, _, under = uri.removeprefix("s3://").partition("/")
    return bucket, "".join(f"{part}/" for part in (under.strip("/"), endpoint) if part)


def captures_queue(environment: str) -> str:
    """Name the SQS queue that tells of new capture files."""
    return f"serinus-{environment}-captures"


def function(environment: str, name: str) -> str:
    """Name a function: ``live``, ``begin``, ``advance``, ``rollback`` or ``witness``."""
    return f"serinus-{environment}-{name}"


def workflow(environment: str) -> str:
    """Name the environment's state machine."""
    return f"serinus-{environment}-rollout"


def notifications_topic(environment: str) -> str:
    """Name the environment's SNS topic."""
    return f"serinus-{environment}-notifications"


def application(environment: str) -> str:
    """Name the environment's AppConfig application.

    In it every endpoint with sticky routing has an AppConfig environment and a configuration profile, both with the
    endpoint's name: AppConfig deploys one thing at a time in an environment, and no endpoint may wait for another.
    """
    return f"serinus-{environment}"


FLAGS = "feature_flags"
"""The AppConfig environment and the profile of the feature flags; no endpoint's name can have an underscore."""


def at_once(environment: str) -> str:
    """Name the AppConfig deployment strategy that neither grows nor bakes."""
    return f"serinus-{environment}-at-once"


def baked(environment: str) -> str:
    """Name the AppConfig deployment strategy of feature flags: to everybody at once, then watched."""
    return f"serinus-{environment}-baked"


def router_alarm(environment: str) -> str:
    """Name the CloudWatch alarm on the router failing; it is not of the form of those that take rollouts back."""
    return f"serinus-{environment}-router-errors"


def dead_letters_alarm(environment: str) -> str:
    """Name the CloudWatch alarm on events that nobody could handle."""
    return f"serinus-{environment}-dead-letters"


def workflow_alarm(environment: str) -> str:
    """Name the CloudWatch alarm on workflows that end in an error."""
    return f"serinus-{environment}-workflow"


def alarms_topic(environment: str) -> str:
    """Name the SNS topic to which the control plane's own alarms go, and the router's."""
    return f"serinus-{environment}-alarms"


def flags_monitor(environment: str) -> str:
    """Name the role in which AppConfig reads the router's alarm."""
    return f"serinus-{environment}-flags-monitor"


def alarm(environment: str, endpoint: str, variant: str, guardrail: str) -> str:
    """Name the CloudWatch alarm of one guardrail on one variant."""
    return f"serinus.{environment}.{endpoint}.{variant}.{guardrail}"


def watched_by(environment: str, alarm_name: str) -> tuple[str, str] | None:
    """Find the endpoint and the variant, other than stable, that an alarm watches; None where it is another's."""
    prefix = f"serinus.{environment}."
    endpoint, _, rest = alarm_name.removeprefix(prefix).partition(".")
    variant, _, guardrail = rest.partition(".")
    watches = alarm_name.startswith(prefix) and guardrail and variant != STABLE
    return (endpoint, variant) if watches else None


def execution(endpoint: str, rollout: int, revision: int) -> str:
    """Name a workflow execution; the same cause gives the same name, so starting twice is once."""
    return f"{endpoint}-{rollout}-{revision}"


STABLE_TAG, CANARY_TAG, CHALLENGER_TAGS = "serinus:stable", "serinus:canary", "serinus:challenger:"
"""Tags of an endpoint configuration that tell its model versions in plain words."""


def feature(endpoint: str, flag: str) -> str:
    """Name an endpoint's flag among the environment's feature flags: endpoints may use the same words."""
    return f"{endpoint}.{flag}"
