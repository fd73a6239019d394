"""What a target gets of an event: all of it, a part, a constant, or a template filled from it.

Source: EventBridge user guide, "Input transformation".
"""

import json
import re
from collections.abc import Mapping
from typing import Any

_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
_VARIABLE = re.compile(r"<([\w.-]+)>")
_MISSING = object()


def target_input(target: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str) -> str:
    """Return the text that a target gets."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        found = at_path(event, target["InputPath"])
        return json.dumps(None if found is _MISSING else found)
    transformer = target.get("InputTransformer")
    if transformer:
        return _filled(transformer, event, rule_arn)
    return json.dumps(event)


def at_path(document: Any, path: str) -> Any:
    """Return what a JSON path (of names and indexes) leads to; `_MISSING` if to nothing."""
    for name, index, quoted in _STEP.findall(path):
        try:
            document = document[int(index)] if index else document[name or quoted]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return document


def _filled(transformer: Mapping[str, Any], event: Mapping[str, Any], rule_arn: str) -> str:
    paths = transformer.get("InputPathsMap") or {}
    values = {name: at_path(event, path) for name, path in paths.items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event.get("time"),
    }
    template = transformer["InputTemplate"]
    pieces, quoted, last = [], False, 0
    for match in _VARIABLE.finditer(template):
        before = template[last : match.start()]
        quoted ^= before.replace('\\"', "").count('"') % 2 == 1
        pieces += [before, _rendered(values[match[1]], quoted=quoted) if match[1] in values else match[0]]
        last = match.end()
    return "".join([*pieces, template[last:]])


def _rendered(value: Any, *, quoted: bool) -> str:
    """Write a value: inside a string of the template as text, elsewhere as JSON."""
    if value is _MISSING:
        return "" if quoted else '""'
    if not quoted:
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]
