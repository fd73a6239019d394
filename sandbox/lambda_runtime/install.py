"""Put Lambda on moto; end its processes at the stop."""

from sandbox.lambda_runtime import configuration, invocations, service


def install() -> None:
    """Extend moto."""
    configuration.install()
    invocations.install()


def start() -> None:
    """Processes start with their first event."""


def stop() -> None:
    """End every function's process."""
    service.stop()
