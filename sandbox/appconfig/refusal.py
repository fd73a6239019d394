"""AppConfig's refusals, in its words."""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError


class Refused(JsonRESTError):  # noqa: N818 - AppConfig refuses; that is an answer, not a fault of the sandbox
    """An answer with an error's name and its HTTP status; ``more`` are members beside the message."""

    def __init__(self, kind: str, status: int, message: str, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(kind, message)
        self.code = status
        self.description = json.dumps({"__type": kind, "Message": message, **(more or {})})


def bad_request(message: str, reason: str = "", details: Mapping[str, Any] | None = None) -> Refused:
    """Say that the request is wrong, and in which detail."""
    more = {"Reason": reason, "Details": details} if reason else {}
    return Refused("BadRequestException", 400, message, more)


def conflict(message: str) -> Refused:
    """Say that the state of things does not allow it now."""
    return Refused("ConflictException", 409, message)


def not_found(kind: str, identifier: object) -> Refused:
    """Say that there is no such thing."""
    more = {"ResourceName": kind}
    return Refused("ResourceNotFoundException", 404, f"Could not find {kind} {identifier}", more)
