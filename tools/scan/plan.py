"""Synthesized stacks as `terraform show -json` would tell a plan of them, but for what only a provider knows.

checkov reads ``cdk.tf.json`` too, and then takes no policy apart: it finds nothing in them, whatever they say. It
parses those of a plan. A real plan would ask AWS, and know no policy that names an id which AWS has yet to give.
"""

import json
from pathlib import Path
from typing import Any

_OURS = ("//", "lifecycle", "depends_on", "count")
"""Keys that Terraform itself reads; what is left is the resource's."""


def write(stack: Path, into: Path) -> int:
    """Write the plan of a stack's ``cdk.tf.json``; returns how many resources it has."""
    document = json.loads(stack.read_text(encoding="utf-8"))
    plan = planned(document)
    into.write_text(json.dumps(plan, indent=1), encoding="utf-8")
    return len(plan["resource_changes"])


def planned(document: dict[str, Any]) -> dict[str, Any]:
    """Tell the plan in which everything is made anew."""
    resources = [
        _resource(kind, name, arguments)
        for kind, made in document["resource"].items()
        for name, arguments in made.items()
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": [_change(resource) for resource in resources],
        "configuration": {
            "provider_config": {name: _provider(name, given) for name, given in document.get("provider", {}).items()},
            "root_module": {"resources": []},
        },
    }


def _resource(kind: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    values = {key: value for key, value in arguments.items() if key not in _OURS}
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "values": values}


def _change(resource: dict[str, Any]) -> dict[str, Any]:
    change = {"actions": ["create"], "before": None, "after": resource["values"], "after_unknown": {}}
    return {key: resource[key] for key in ("address", "mode", "type", "name")} | {"change": change}


def _provider(name: str, given: list[dict[str, Any]]) -> dict[str, Any]:
    constants = {key: {"constant_value": value} for key, value in given[0].items()}
    return {"name": name, "full_name": f"registry.terraform.io/hashicorp/{name}", "expressions": constants}
