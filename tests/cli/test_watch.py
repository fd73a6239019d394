from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from cli.arguments import parser
from cli.connect import Site
from cli.exits import Exit, RefusedError
from cli.watch import look, watch
from lambdas.rollout.shadow.summary import Summary
from tests.cli import histories
from tests.cli.terminal import WHO, Said
from tests.fakes import FakeWorld
from tests.onlookers import MemoryHistory

if TYPE_CHECKING:
    from collections.abc import Callable


def watching(traffic: histories.Traffic, *more: str, terminal: bool = False, pause: Callable[[float], None]) -> Said:
    printed = io.StringIO()
    console = Console(file=printed, force_terminal=terminal, width=120, highlight=False, markup=False)
    site = Site("prod", ("mortgage",), traffic.fakes.world, lambda: WHO, MemoryHistory(), lambda *_: Summary())
    code = watch(site, parser().parse_args(["watch", "prod", *more]), console, pause)
    return Said(code, printed.getvalue())


def looking(traffic: histories.Traffic) -> Callable[[float], None]:
    """Let the workflow look once where a person would wait."""

    def pause(_: float) -> None:
        traffic.look()

    return pause


@pytest.fixture
def bad() -> histories.Traffic:
    traffic = histories.Traffic(lambda _: (0.06, 0.02))
    traffic.deploy()
    return traffic


def test_it_tells_every_entry_once_until_the_rollout_ends(bad: histories.Traffic) -> None:
    said = watching(bad, pause=looking(bad))
    assert said.code == Exit.NOT_PROMOTED
    assert len(said.out.splitlines()) == len(bad.fakes.ledger.entries)
    assert "error rate is higher" in said.out
    assert "\x1b" not in said.out


def test_as_json_it_tells_a_document_a_line(bad: histories.Traffic) -> None:
    lines = watching(bad, "--json", pause=looking(bad)).out.splitlines()
    documents = [json.loads(line) for line in lines]
    assert [d["kind"] for d in documents] == [e.kind for e in bad.fakes.ledger.entries]
    assert {d["rollout"] for d in documents} == {1}


def test_in_a_terminal_it_draws_the_track_and_the_bars(bad: histories.Traffic) -> None:
    said = watching(bad, terminal=True, pause=looking(bad))
    for part in ("◉ 5 %", "○ 20 %", "✗ 5 %", "█", "ROLLED_BACK", "Ctrl-C stops watching"):
        assert part in said.out


def test_a_promoted_rollout_ends_well(good: histories.Traffic) -> None:
    said = watching(good, pause=lambda _: pytest.fail("nothing to wait for"))
    assert said.code == Exit.FINE
    assert "PROMOTE" in said.out


def test_it_waits_for_a_canary_that_was_deployed_and_has_not_begun() -> None:
    traffic = histories.Traffic(lambda _: (0.01, 0.02))
    traffic.fakes.ledger.releases["mortgage"] = histories.PAIR
    steps = iter([traffic.deploy])

    def pause(_: float) -> None:
        next(steps, traffic.look)()
        if traffic.rollout.phase == "PAUSED":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watching(traffic, pause=pause)
    assert traffic.rollout.step == 2


def test_an_endpoint_without_any_rollout_is_nothing_to_watch() -> None:
    site = Site("prod", ("mortgage",), FakeWorld().world, lambda: WHO, MemoryHistory(), lambda *_: Summary())
    with pytest.raises(RefusedError, match="has had no rollout"):
        look(site, "mortgage")
