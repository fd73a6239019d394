"""How fast the sandbox's SageMaker is where the real one takes minutes, and how large the account is."""

import os
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Settings:
    """Durations in seconds. Each can be set by SANDBOX_SAGEMAKER_<NAME>, read when the sandbox starts.

    What a request states itself (bake, wait interval, termination wait) is never shortened.
    """

    provisioning: float = 1.0  # instances of a new fleet
    weight_change: float = 0.5  # UpdateEndpointWeightsAndCapacities
    deletion: float = 0.3
    rollback: float = 0.5  # each batch of a rollback, from the decision on until the old fleet is InService again
    health_check: float = 30.0  # for /ping to answer 200, where the variant states no timeout
    alarm_poll: float = 0.2  # how often auto-rollback alarms are looked at
    invocation: float = 60.0  # SageMaker's own limit for one answer of a container
    termination: float = 30.0  # between SIGTERM and SIGKILL
    queue_poll: float = 0.1  # how often asynchronous requests that found no room are looked at again
    queue_metrics: float = 1.0  # how often the queues' metrics are published
    capture_flush: float = 2.0  # how often captured records go to S3
    instance_capacity: float = 1000.0  # instances that one variant can get


def from_environment() -> Settings:
    """Read the settings, defaults where the environment says nothing."""
    given = {field.name: os.environ.get(f"SANDBOX_SAGEMAKER_{field.name.upper()}") for field in fields(Settings)}
    return Settings(**{name: float(value) for name, value in given.items() if value})
