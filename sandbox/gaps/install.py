"""Put every gap's mend on moto."""

from sandbox.registry import refuse_unknown_actions


def install() -> None:
    """Extend moto."""
    refuse_unknown_actions()


def start() -> None:
    """Nothing runs in the background."""


def stop() -> None:
    """Nothing to stop."""
