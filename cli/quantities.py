"""How quantities are written for people: weights, times and durations."""

from datetime import UTC, datetime

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def percent(weight: int) -> str:
    """Write a weight in basis points: ``2.5 %``."""
    return f"{weight / 100:g} %"


def utc(at: float) -> str:
    """Write a time (seconds since the epoch) in ISO 8601, UTC, to the second: ``2026-11-21T09:40:12Z``."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(seconds: float) -> str:
    """Write a duration by its two largest units: ``1 h 20 min``."""
    left = max(0, round(seconds))
    parts = []
    for name, size in _UNITS:
        count, left = divmod(left, size)
        parts.append((count, name))
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {name}" for count, name in parts[first : first + 2] if count) or "0 s"


def count(number: int, one: str) -> str:
    """Write a number of things: ``1 request``, ``1,480 requests``."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"
