"""What pip-audit and npm tell, and what of it may stay."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).with_name("ignored.toml")
_GHSA = re.compile(r"GHSA(-[a-z0-9]{4}){3}")


class Advisory(NamedTuple):
    """A known vulnerability of a package that is locked; ``ids`` are all the names that it goes by."""

    package: str
    ids: tuple[str, ...]
    fixed: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A vulnerability that may stay until a day, and why."""

    package: str
    until: date
    why: str


def read(table: Path = TABLE) -> dict[str, Ignored]:
    """Read the table, by id."""
    return {id_: Ignored(**entry) for id_, entry in tomllib.loads(table.read_text(encoding="utf-8")).items()}


def of_pip(report: Mapping[str, Any]) -> Iterator[Advisory]:
    """Read the JSON of pip-audit; what it skipped is an advisory of its own, for it was not looked at."""
    for package in report["dependencies"]:
        if "skip_reason" in package:
            yield Advisory(package["name"], (f"skipped: {package['skip_reason']}",), "")
        for found in package.get("vulns", ()):
            names = (found["id"], *found.get("aliases", ()))
            yield Advisory(package["name"], names, ", ".join(found["fix_versions"]))


def of_npm(report: Mapping[str, Any]) -> Iterator[Advisory]:
    """Read the JSON of ``npm audit``; a package that only uses a vulnerable one is told by that one."""
    if "vulnerabilities" not in report:
        raise ValueError(f"npm audit says nothing of vulnerabilities: {str(report)[:300]}")
    for package, found in report["vulnerabilities"].items():
        for via in found["via"]:
            if isinstance(via, dict):
                known = _GHSA.search(via["url"])
                yield Advisory(package, (known[0] if known else via["url"],), f"not {via['range']}")


def wrong(found: Iterable[Advisory], ignored: Mapping[str, Ignored], today: date) -> list[str]:
    """Say what must not stay, and which ignores are over or about nothing."""
    advisories = list(found)
    hit = {id_ for each in advisories for id_ in each.ids if id_ in ignored and ignored[id_].package == each.package}
    said = [
        f"{each.package} has {each.ids[0]} (fixed: {each.fixed or '-'})"
        for each in advisories
        if not hit & {*each.ids}
    ]
    said += [
        f"{id_} was to be ignored until {ignored[id_].until}: look again" for id_ in hit if ignored[id_].until < today
    ]
    return said + [
        f"{id_} is ignored and nobody has it: take it out of ignored.toml" for id_ in ignored if id_ not in hit
    ]
