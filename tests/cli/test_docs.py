from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.arguments import parser
from cli.exits import Exit
from tests.cli import histories
from tests.cli.terminal import serinus

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = (Path(__file__).parent.parent.parent / "docs" / "cli.md").read_text()


def keys(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from keys(value)
    elif isinstance(document, list):
        for value in document:
            yield from keys(value)


def test_every_key_of_json_is_described(tmp_path: Path) -> None:
    world = histories.subtle().fakes.world
    for argv in (["status"], ["history"], ["report", "--svg", "--out", str(tmp_path)], ["pause"]):
        command, *more = argv
        document = serinus(world, command, "prod", *more, "--json").document
        assert {key for key in keys(document) if f"`{key}`" not in DOCS} == set()


def test_every_exit_code_and_command_is_described() -> None:
    assert {code for code in Exit if f"| {code.value} |" not in DOCS} == set()
    commands = next(action.choices for action in parser()._actions if action.choices)
    assert {command for command in commands if f"`serinus {command} " not in DOCS} == set()
