"""Runs commands against in-memory ports, as `main` runs them against AWS."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cli.arguments import parser
from cli.connect import Site
from cli.main import run
from lambdas.rollout.shadow.summary import Summary
from tests.onlookers import MemoryHistory

if TYPE_CHECKING:
    from lambdas.control.world import World

WHO = "arn:aws:iam::123456789012:user/robin"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def serinus(
    world: World,
    *argv: str,
    endpoints: tuple[str, ...] = ("mortgage",),
    terminal: bool = False,
    native: MemoryHistory | None = None,
    compared: Summary | None = None,
) -> Said:
    """Run one command line in environment prod."""
    printed = io.StringIO()
    console = Console(file=printed, force_terminal=terminal, width=160, markup=False, highlight=False)
    site = Site("prod", endpoints, world, lambda: WHO, native or MemoryHistory(), lambda *_: compared or Summary())
    code = run(parser().parse_args(argv), console, lambda _: site)
    return Said(code, printed.getvalue())
