"""The pages of docs/checks, whose examples are the tests' fixtures."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.checks.buckets import bucket
from infra.checks.examine import examine
from infra.checks.given import examine_account, examine_file
from infra.checks.synthesized import examine_resources
from infra.place import Place
from infra.spec import SpecErrors
from infra.spec.load import Loaded, load_with_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.checks.notice import Notice

DOCS = Path(__file__).parents[2] / "docs" / "checks"
TODAY = date(2026, 11, 21)
"""A day on which the examples are what their pages say; test_flags has others."""
BASE = DOCS / "example.yaml"
_EXAMPLE = re.compile(r"## (?P<heading>.+)\n\n(?:[^`#\n].*\n\n)*```(?P<language>\w+)\n(?P<text>[\s\S]+?)\n```\n")


@dataclass(frozen=True)
class Example:
    """A fenced block of a page, under its heading."""

    heading: str
    language: str
    text: str


def examples(page: str) -> list[Example]:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return [Example(**match.groupdict()) for match in _EXAMPLE.finditer(text)]


def example(page: str, heading: str) -> Example:
    (found,) = (each for each in examples(page) if each.heading == heading)
    return found


def found(example: Example, folder: Path, today: date = TODAY) -> set[str]:
    """Say which checks speak of an example."""
    if example.language == "yaml":
        return _of_environment(example.text, folder, today)
    document = json.loads(example.text)
    if "MetricAlarms" in document:
        return _of_account(document["MetricAlarms"], folder)
    if "Notification" in document:
        return _of_bucket(document, folder)
    loaded = load(folder, "")
    if any(key.startswith("aws_") for key in document):
        return ids(examine_resources(document, loaded.environment, folder))
    file = folder / "alarms.json"
    file.write_text(example.text, encoding="utf-8")
    return ids(examine_file(file, [loaded.environment]))


def load(folder: Path, text: str) -> Loaded:
    """Load an environment of the examples' base and ``text``, beside others where the text has several documents."""
    (folder / "base.yaml").write_text(BASE.read_text(encoding="utf-8"), encoding="utf-8")
    for name, document in zip(("prod", "staging"), text.split("\n---\n"), strict=False):
        (folder / f"{name}.yaml").write_text(f"extends: base.yaml\n{document}\n", encoding="utf-8")
    return load_with_places([folder])[0]


def ids(notices: Iterable[Notice]) -> set[str]:
    return {notice.check.id for notice in notices}


def _of_environment(text: str, folder: Path, today: date) -> set[str]:
    try:
        return ids(examine(load(folder, text), today))
    except SpecErrors as refused:
        return {error.check for error in refused.errors}


def _of_bucket(document: dict[str, Any], folder: Path) -> set[str]:
    loaded = load(folder, "endpoints: {mortgage: {capture: {to: s3://capture-123456789012, keep: 30d}}}")
    queue = Place("prod", "123456789012", "eu-west-1").captures
    found = bucket("capture-123456789012", queue, document["Notification"], document["Rules"])
    return ids(examine_account(loaded, {}, [], [found]))


def _of_account(alarms: list[dict[str, Any]], folder: Path) -> set[str]:
    named = "endpoints: {documents: {rollout: {existing_alarms: [documents-errors]}}}"
    documents = {alarm["AlarmName"]: alarm for alarm in alarms}
    return ids(examine_account(load(folder, named), documents, []))
