"""`python -m tools.permissions` writes what each role may do into docs/security.md, as the stacks say it."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.spec import Environment, load_all
from stacks.app import PROJECT, build

PAGE = PROJECT / "docs" / "security.md"
_TABLE = re.compile(r"(?<=<!-- permissions -->\n)[\s\S]*(?=<!-- end of permissions -->)")
_HEAD = "| role | taken by | may |\n| --- | --- | --- |\n"


def main() -> None:
    """Synthesize, and rewrite the table."""
    with tempfile.TemporaryDirectory() as folder:
        build(load_all(PROJECT / "environments"), Path(folder)).synth()
        rows = table(Path(folder))
    PAGE.write_text(_TABLE.sub(lambda _: rows, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def table(synthesized: Path) -> str:
    """Render the table of all environments' roles, an environment and an endpoint standing for all."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for role, service, action in _grants(synthesized):
        services, actions = found.setdefault(role, (set(), set()))
        services.add(service)
        actions.add(action)
    rows = (f"| `{role}` | {', '.join(sorted(by))} | {_told(may)} |\n" for role, (by, may) in sorted(found.items()))
    return _HEAD + "".join(rows)


def shown(page: str) -> str:
    """Find the table in the page."""
    match = _TABLE.search(page)
    return match[0] if match else ""


def _told(actions: set[str]) -> str:
    by_service: dict[str, list[str]] = {}
    for action in sorted(actions):
        service, name = action.split(":")
        by_service.setdefault(service, []).append(name)
    return "; ".join(f"{service}: {', '.join(names)}" for service, names in by_service.items())


def _grants(synthesized: Path) -> Iterator[tuple[str, str, str]]:
    for environment in load_all(PROJECT / "environments"):
        for part in ("control", "serving"):
            stack = synthesized / "stacks" / f"{environment.name}-{part}" / "cdk.tf.json"
            yield from _of_stack(json.loads(stack.read_text(encoding="utf-8"))["resource"], environment)


def _of_stack(resources: dict[str, Any], environment: Environment) -> Iterator[tuple[str, str, str]]:
    roles = resources.get("aws_iam_role", {})
    for policy in resources.get("aws_iam_role_policy", {}).values():
        role = roles[policy["role"].split(".")[1]]
        (trust,) = json.loads(role["assume_role_policy"])["Statement"]
        for statement in json.loads(policy["policy"])["Statement"]:
            for action in statement["Action"]:
                service = trust["Principal"]["Service"].removesuffix(".amazonaws.com")
                yield _general(role["name"], environment), service, action


def _general(role: str, environment: Environment) -> str:
    name = role.replace(f"serinus-{environment.name}-", "serinus-ENV-", 1)
    for endpoint in environment.endpoints:
        name = re.sub(rf"(?<=serinus-ENV-){endpoint.name}-[0-9a-f]{{8}}", "ENDPOINT-…", name)
    return name


if __name__ == "__main__":
    main()
