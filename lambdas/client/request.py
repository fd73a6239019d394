"""What a caller asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One prediction: ``body`` is the model's, ``key`` the user's, ``attributes`` what feature flags look at.

    Without an ``inference_id`` (at most 64 characters) one is made.
    """

    endpoint: str
    body: bytes
    key: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    content_type: str = "application/json"
    accept: str = ""
    inference_id: str = ""
