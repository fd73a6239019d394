"""What comes of floats that were added up in another order: threads keep no order of rows, nor do two engines."""

from typing import Any


def rounded(found: Any) -> Any:
    """Round every float in a document to twelve digits after the point."""
    if isinstance(found, float):
        return round(found, 12)
    if isinstance(found, dict):
        return {key: rounded(value) for key, value in found.items()}
    return [rounded(each) for each in found] if isinstance(found, list) else found
