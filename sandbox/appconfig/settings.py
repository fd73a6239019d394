"""How fast the sandbox's AppConfig is."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Durations in seconds.

    ``pace`` shortens every duration that a request states (growth, bake, poll interval); SANDBOX_APPCONFIG_PACE sets
    it when the sandbox starts, 1 where it says nothing. ``least`` is how long any deployment takes, and any rollback.
    """

    pace: float = 1.0
    least: float = 0.3


def settings() -> Settings:
    """Read the settings."""
    return Settings(pace=float(os.environ.get("SANDBOX_APPCONFIG_PACE") or 1.0))
