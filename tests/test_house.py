"""The house rules that no linter knows: who may import what, and what ships."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "lambdas" / "rollout").rglob("*.py"))
SHIPPED = sorted((ROOT / "lambdas").rglob("*.py"))


def _imports(path: Path) -> set[str]:
    """Top-level modules that a file imports at run time; what only type checkers read is left out."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_imports_the_standard_library_and_itself_alone(path: Path) -> None:
    foreign = {
        module
        for module in _imports(path)
        if module.split(".")[0] not in sys.stdlib_module_names and not module.startswith("lambdas.rollout")
    }
    assert foreign == set()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_ships_needs_only_what_the_runtime_and_the_layer_have(path: Path) -> None:
    allowed = {"lambdas", "boto3", "botocore", "aws_lambda_powertools"} | sys.stdlib_module_names
    assert {module.split(".")[0] for module in _imports(path)} <= allowed


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.name)
def test_the_core_reads_no_clock_and_no_environment(path: Path) -> None:
    assert _imports(path).isdisjoint({"time", "datetime", "os", "random"})


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_every_behaviour_of_the_sandbox_names_tests_that_exist() -> None:
    table = [line for line in (ROOT / "docs" / "sandbox.md").read_text().splitlines() if line.startswith("|")]
    named = set(re.findall(r"`(test_\w+)`", "\n".join(table)))
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert named
    assert {name for name in named if f"def {name}(" not in sources} == set()


def test_every_function_that_is_named_is_deployed() -> None:
    written = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *SHIPPED]
    named = {
        before or after
        for path in written
        for before, after in re.findall(r"`(\w+)` function|function `(\w+)`", path.read_text())
    }
    assert named
    assert {name for name in named if not (ROOT / "lambdas" / name / "handler.py").is_file()} == set()
