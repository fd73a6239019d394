"""docs/runbook.md is held to the code: its tests exist, its words are said, and no phase or alarm is missing."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from lambdas.rollout import names
from lambdas.rollout.state import Phase

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and "brought about by" not in line and "---" not in line
]
SAID = [words for row in ROWS for words in re.findall(r'"([^"]+)"', row.split(" | ")[0])]


@cache
def _tests() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))


@cache
def _texts() -> str:
    """Every text of the program; what stands between the parts of an f-string is a line of its own."""
    files = [path for folder in ("lambdas", "infra", "stacks", "cli") for path in (ROOT / folder).rglob("*.py")]
    nodes = (node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    return "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_every_entry_is_brought_about_by_a_test(row: str) -> None:
    tests = re.findall(r"`(test_\w+)`", row.rsplit(" | ", 1)[-1])
    assert tests
    for name in tests:
        assert f"def {name}(" in _tests(), name


@pytest.mark.parametrize("words", SAID)
def test_the_words_are_the_programs_own(words: str) -> None:
    assert words in _texts()


@pytest.mark.parametrize("phase", Phase)
def test_no_phase_is_missing(phase: Phase) -> None:
    assert f"| `{phase}`" in PAGE


def test_no_alarm_is_missing() -> None:
    own = [names.router_alarm("ENV"), names.dead_letters_alarm("ENV"), names.workflow_alarm("ENV")]
    for alarm in (*own, names.alarm("ENV", "ENDPOINT", "canary", "…"), names.alarm("ENV", "ENDPOINT", "stable", "…")):
        assert f"| `{alarm}` |" in PAGE
