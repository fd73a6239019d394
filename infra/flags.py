"""Feature flags in Powertools' words: one document for all endpoints of an environment.

Source: Powertools for AWS Lambda (Python), "Feature flags", schema.
"""

from hashlib import sha256
from typing import Any

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.flag import Condition, Flag
from infra.spec.rollout import Progressive
from lambdas.rollout.names import feature
from lambdas.rollout.plan import Routing


def sticky(environment: Environment) -> tuple[Endpoint, ...]:
    """List the endpoints that have a router in front of them."""
    return tuple(endpoint for endpoint in environment.endpoints if _is_sticky(endpoint))


def used_in(endpoint: Endpoint, flag: Flag) -> tuple[int, ...]:
    """List the steps, by their places in the plan, that are for users of one of the endpoint's flags."""
    if not isinstance(endpoint.rollout, Progressive):
        return ()
    return tuple(index for index, step in enumerate(endpoint.rollout.plan.steps) if step.flag == flag.name)


def document(environment: Environment) -> dict[str, Any]:
    """Write every endpoint's flags; a flag without conditions is on or off for everybody."""
    return {
        feature(endpoint.name, flag.name): _feature(flag)
        for endpoint in environment.endpoints
        for flag in endpoint.flags
    }


def edition(environment: Environment) -> str:
    """Tell editions of the flags apart by all that the file says of them, so that an edit is a deployment."""
    said = [(endpoint.name, flag) for endpoint in environment.endpoints for flag in endpoint.flags]
    return sha256(repr(said).encode()).hexdigest()[:12]


def _is_sticky(endpoint: Endpoint) -> bool:
    rollout = endpoint.rollout
    return isinstance(rollout, Progressive) and rollout.plan.routing is Routing.STICKY


def _feature(flag: Flag) -> dict[str, Any]:
    if not flag.when:
        return {"default": flag.on}
    conditions = [_condition(condition) for condition in flag.when]
    return {"default": False, "rules": {flag.name: {"when_match": True, "conditions": conditions}}}


def _condition(condition: Condition) -> dict[str, Any]:
    found = {
        "EQUALS": condition.equals,
        "STARTSWITH": condition.starts_with,
        "ENDSWITH": condition.ends_with,
        "KEY_IN_VALUE": list(condition.one_of) or None,
    }
    action, value = next((action, value) for action, value in found.items() if value is not None)
    return {"action": action, "key": condition.attribute, "value": value}
