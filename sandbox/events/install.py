"""Put EventBridge on moto."""

from sandbox.events import bus


def install() -> None:
    """Extend moto."""
    bus.install()


def start() -> None:
    """Deliveries run on the sandbox's backlog."""


def stop() -> None:
    """Nothing to stop."""
