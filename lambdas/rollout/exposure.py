"""Exposures: which variant answered a request, told by its inference id alone.

A router makes the id (SageMaker keeps it in captures, at most 64 characters), and whoever reports a reward gives it
back. So rewards are joined without a table of requests: the id itself says variant and minute.
"""

from typing import NamedTuple

_MARK = "srn1"
"""What ids that a router made begin with, and their version."""
_PARTS = 4
_MINUTE = 60.0
_LONGEST = 64
"""Characters of an InferenceId (SageMaker API reference, InvokeEndpoint)."""
LONGEST_VARIANT = 16
"""Characters of a variant's name that leave room for the minute and 32 of what is unique."""


class Exposure(NamedTuple):
    """A user was answered by ``variant`` in the minute that begins at ``minute`` (seconds since the epoch)."""

    variant: str
    minute: float


def mint(variant: str, at: float, unique: str) -> str:
    """Make the id of a request that ``variant`` answers at the time ``at``; ``unique`` tells it from all others.

    Raises ValueError where the id would be longer than SageMaker takes, or its parts could not be told apart.
    """
    made = f"{_MARK}.{variant}.{int(at // _MINUTE):x}.{unique}"
    if len(made) > _LONGEST or made.count(".") != _PARTS - 1:
        raise ValueError(f"inference id {made!r} must have {_PARTS} parts and at most {_LONGEST} characters")
    return made


def read(inference_id: str) -> Exposure | None:
    """Read an id back; None where no router made it."""
    parts = inference_id.split(".")
    if len(inference_id) > _LONGEST or len(parts) != _PARTS or parts[0] != _MARK or not (parts[1] and parts[3]):
        return None
    try:
        minute = int(parts[2], 16)
    except ValueError:
        return None
    return Exposure(parts[1], minute * _MINUTE) if minute >= 0 else None
