"""What a command has to say, for people and for programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType

from cli.exits import Exit


@dataclass(frozen=True, slots=True)
class Answer:
    """The same answer twice: ``document`` is what `--json` prints, ``text`` what a terminal shows."""

    document: Mapping[str, Any]
    text: RenderableType
    code: Exit = Exit.FINE
