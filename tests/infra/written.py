"""The reader's inverse: an environment written as the plain data of its file."""

import json
from enum import Enum
from pathlib import Path
from typing import Any

from infra.spec import Environment
from infra.spec.hints import alternatives, element, is_mapping, is_record, members, unwrapped
from infra.spec.markers import Marker


def write(environment: Environment, folder: Path) -> Path:
    """Write the file (JSON is YAML), named after the environment."""
    file = folder / f"{environment.name}.yaml"
    file.write_text(json.dumps(written(Environment, environment), ensure_ascii=False), encoding="utf-8")
    return file


def written(hint: Any, value: Any) -> Any:
    bare, form, marker = unwrapped(hint)
    if alternatives(bare) or is_record(bare):
        return _record(value)
    if marker is Marker.KEYED:
        return {each.name: written(element(bare), each) for each in value}
    if is_mapping(bare):
        return {key: written(element(bare), each) for key, each in value.items()}
    if element(bare):
        return [written(element(bare), each) for each in value]
    if form:
        return form.write(value)
    return value.value if isinstance(value, Enum) else value


def _record(value: Any) -> dict[str, Any]:
    data: dict[str, Any] = {}
    cls: type = type(value)
    for name, (hint, field) in members(cls).items():
        marker, part = unwrapped(hint)[2], getattr(value, field.name)
        if marker is Marker.INLINE:
            data |= _record(part)
        elif marker not in (Marker.KEY, Marker.FILLED) and part is not None and part != "":
            data[name] = written(hint, part)
    return data
