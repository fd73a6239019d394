"""The JSON schema of assignment documents, for AppConfig's validator: a damaged one is refused before it is deployed.

AppConfig knows draft 4 of JSON Schema alone, which cannot say that the ends rise; `Assignment` itself does.
"""

from collections.abc import Mapping
from typing import Any

from lambdas.rollout.plan import FULL

_NAME = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 0}

SCHEMA: Mapping[str, Any] = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "title": "Serinus: who gets which variant",
    "type": "object",
    "additionalProperties": False,
    "required": ["endpoint", "rollout", "revision", "salt", "ends", "variants", "version"],
    "properties": {
        "version": {"enum": [1]},
        "endpoint": _NAME,
        "rollout": _COUNT,
        "revision": _COUNT,
        "salt": {"type": "string", "minLength": 1, "maxLength": 16},
        "ends": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "integer", "minimum": 1, "maximum": FULL},
        },
        "variants": {"type": "array", "minItems": 1, "items": _NAME},
        "flag": {"type": "string"},
        "routed": {"type": "boolean"},
        "stable_only": {"type": "boolean"},
    },
}
