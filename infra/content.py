"""Names by content: equal content gives the equal name, a change gives a new one beside the old."""

import hashlib
import json
import re
from dataclasses import asdict, replace
from typing import Any

from infra.spec.endpoint import Capture, Endpoint
from infra.spec.model import ModelVersion
from infra.spec.rollout import Progressive, StableFleet, shadow_step
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import Shadow

_MODEL_NAME_LIMIT = 63


def digest(value: object) -> str:
    """Give 8 hexadecimal digits of the SHA-256 over a value's canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def roles(endpoint: Endpoint) -> dict[str, ModelVersion]:
    """Map each production variant's name, which is its role or a challenger's, to its version; stable first."""
    canary = {} if endpoint.canary is None else {CANARY: endpoint.canary}
    return {STABLE: endpoint.stable, **canary, **endpoint.challengers}


def pair(endpoint: Endpoint) -> str:
    """Identify all models that serve."""
    return digest({role: [model.version, _model(endpoint, model)] for role, model in roles(endpoint).items()})


def shape(endpoint: Endpoint) -> str:
    """Identify all else that the endpoint configuration holds.

    The break-glass weights are part of it: weights are written when a configuration is made and never after, so
    they need a new one to take effect.
    """
    return digest(
        {
            "capacity": {role: _capacity(endpoint, model) for role, model in roles(endpoint).items()},
            "capture": endpoint.capture and _captured(endpoint.capture),
            "break_glass": endpoint.break_glass and [endpoint.break_glass.stable, endpoint.break_glass.canary],
            # Only where there is one: the names of other endpoints' configurations stay what they are. `from` is the
            # role's affair.
            **({"async": asdict(replace(endpoint.async_, from_=None))} if endpoint.async_ else {}),
            **({"key": endpoint.kms_key} if endpoint.kms_key else {}),
            # A monitor reads captures as text: see `infra.constructs.configuration`.
            **({"text": True} if endpoint.monitor else {}),
        }
    )


def _captured(capture: Capture) -> dict[str, Any]:
    """Tell what a configuration says of captures: how long they are kept is the bucket's affair."""
    told = asdict(replace(capture, keep=None))
    # Those that are not given are left out: the names of other endpoints' configurations stay what they are.
    return {name: value for name, value in told.items() if value}


def shadow_shape(endpoint: Endpoint) -> str:
    """Identify all else of the configuration in which the canary is a shadow; empty where no step needs one."""
    shadow = shadow_of(endpoint)
    return digest([shape(endpoint), shadow.sample]) if shadow else ""


def shadow_of(endpoint: Endpoint) -> Shadow | None:
    """Find the shadow step of what is rolled out."""
    return shadow_step(endpoint.rollout) if endpoint.canary else None


def keeps_stable(endpoint: Endpoint) -> bool:
    """Tell whether stable's autoscaled instances stay ready to take everything back from a canary."""
    rollout = endpoint.rollout
    keeps = isinstance(rollout, Progressive) and rollout.stable_fleet is StableFleet.KEEP
    return keeps and endpoint.canary is not None and endpoint.autoscaling is not None


def model_name(endpoint: Endpoint, model: ModelVersion) -> str:
    """Name a SageMaker model: endpoint, version and content (at most 63 letters, digits and hyphens).

    Two versions never share a name, though they hold the same and differ only where the name is cut off.
    """
    identity = digest([endpoint.name, model.version, _model(endpoint, model)])
    slug = re.sub(r"[^A-Za-z0-9]+", "-", f"{endpoint.name}-{model.version}")
    return f"{slug[: _MODEL_NAME_LIMIT - len(identity) - 1].rstrip('-')}-{identity}"


def _model(endpoint: Endpoint, model: ModelVersion) -> dict[str, Any]:
    return {
        "image": model.image,
        "model_data": model.model_data,
        "environment": dict(model.environment),
        "role": endpoint.execution_role or "",
    }


def _capacity(endpoint: Endpoint, model: ModelVersion) -> object:
    instance = endpoint.instance_for(model)
    if instance is None:
        return endpoint.serverless and asdict(endpoint.serverless)
    return [instance.type, None if endpoint.autoscaling else instance.count]
