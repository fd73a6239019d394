"""Checks on Terraform's resources, whoever composed them: an own construct in stacks/ is looked at like ours."""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from infra.checks.check import error
from infra.spec.rules.finding import Finding

LARGEST_FLOAT32 = 3.4e38
DESCRIBE_ALARMS = "cloudwatch:DescribeAlarms"


@dataclass(frozen=True, slots=True)
class Variant:
    """A production variant of an ``aws_sagemaker_endpoint_configuration``, in Terraform's words."""

    block: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Role:
    """An execution role: its name, and its policies' statements."""

    name: str
    statements: tuple[Mapping[str, Any], ...]


@error
def weight_bends_in_float32(variant: Variant) -> Iterator[Finding]:
    """SageMaker keeps weights as float32, which has no 0.9: Terraform then wants to replace it at each plan."""
    weight = variant.block.get("initial_variant_weight")
    if isinstance(weight, int | float) and _float32(float(weight)) != weight:
        problem = f"comes back from SageMaker as {_float32(float(weight))!r}, not {weight}"
        yield Finding(("initial_variant_weight",), problem, "write whole numbers, such as 9 and 1")


@error
def role_cannot_describe_alarms(role: Role) -> Iterator[Finding]:
    """SageMaker reads the alarms as the execution role: without cloudwatch:DescribeAlarms it cannot roll back."""
    if not any(_allows(statement) for statement in role.statements):
        problem = f"{role.name} may not {DESCRIBE_ALARMS}"
        yield Finding((), problem, f"allow {DESCRIBE_ALARMS} on alarm:*")


def statements(policy: str) -> tuple[Mapping[str, Any], ...]:
    """Read the statements of a policy document."""
    found = json.loads(policy).get("Statement", [])
    return tuple(found) if isinstance(found, list) else (found,)


def _allows(statement: Mapping[str, Any]) -> bool:
    actions = statement.get("Action", [])
    listed = [actions] if isinstance(actions, str) else actions
    named = any(fnmatchcase(DESCRIBE_ALARMS.lower(), action.lower()) for action in listed)
    return statement.get("Effect") == "Allow" and named


def _float32(value: float) -> float:
    bent: float = struct.unpack("f", struct.pack("f", min(value, LARGEST_FLOAT32)))[0]
    return bent
