"""Where events come in."""

from collections.abc import Mapping, Sequence


def emit(source: str, detail_type: str, detail: Mapping[str, object], resources: Sequence[str]) -> None:
    """Put an AWS service's event on the default bus; it is delivered in the background."""
