"""Which KMS key encrypts what of an endpoint, where the file says it once for all."""

from dataclasses import replace

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment


def with_keys(environment: Environment) -> Environment:
    """Give each endpoint the environment's key, and a queue its endpoint's, where they name none."""
    return replace(environment, endpoints=tuple(_keyed(each, environment.kms_key) for each in environment.endpoints))


def _keyed(endpoint: Endpoint, environments: str | None) -> Endpoint:
    key = endpoint.kms_key or environments
    queue = endpoint.async_ and replace(endpoint.async_, kms_key=endpoint.async_.kms_key or key)
    return replace(endpoint, kms_key=key, async_=queue)
