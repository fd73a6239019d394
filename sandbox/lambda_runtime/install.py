"""Put it on moto."""


def install() -> None:
    """Extend moto."""


def start() -> None:
    """Start background work."""


def stop() -> None:
    """Stop background work."""
