"""A clock that jumps."""

from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """The simulated time, in seconds since the epoch."""

    now: float
