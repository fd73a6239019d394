"""Put Lambda on moto; end its processes at the stop."""

from sandbox.lambda_runtime import configuration, invocations, queues, service, urls

_pollers = queues.Pollers()


def install() -> None:
    """Extend moto."""
    configuration.install()
    invocations.install()
    queues.install()
    urls.install()


def start() -> None:
    """Poll queues; processes start with their first event."""
    _pollers.start()


def stop() -> None:
    """End every function's process."""
    _pollers.stop()
    service.stop()
