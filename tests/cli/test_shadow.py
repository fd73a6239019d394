from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.exits import Exit
from lambdas.rollout.shadow.bodies import Body, Format, read_output
from lambdas.rollout.shadow.compare import compare
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.summary import Paired, Summary, with_pairs
from tests.cli.terminal import serinus

if TYPE_CHECKING:
    from lambdas.control.world import World
    from tests.cli import histories


@pytest.fixture
def world(good: histories.Traffic) -> World:
    return good.fakes.world


@pytest.fixture(scope="module")
def summary() -> Summary:
    """A hundred requests; the canary disagrees on the two of the self-employed."""
    stable, other = (read_output(Body(f"[{score}]", Format.JSON)) for score in (0.1, 0.9))
    pairs = []
    for number in range(100):
        canary, segment = (other, "selfemp=yes") if number < 2 else (stable, "selfemp=no")
        found = compare(stable, canary, Comparison(threshold=0.5))
        pairs.append(Paired(f"id-{number:03d}", stable, canary, found, ((segment,),)))
    return with_pairs(Summary(), pairs)


def test_it_tells_how_much_disagrees_in_what_and_where(world: World, summary: Summary) -> None:
    said = serinus(world, "shadow", "prod", compared=summary)
    assert said.code == Exit.FINE
    for words in ("2 of 100 answers disagree", "in: label 2", "selfemp=yes: 2 of 2", "id-000 row 0 (label)"):
        assert words in said.out


def test_json_has_the_same_and_every_key_is_described(world: World, summary: Summary) -> None:
    found = serinus(world, "shadow", "prod", "--json", compared=summary).document
    assert (found["requests"], found["compared"], found["disagreements"]) == (100, 100, 2)
    assert found["low"] < 0.02 < found["high"]
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    keys = set(found) | set(found["segments"][0]) | set(found["examples"][0])
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_a_rollout_that_compared_nothing_is_said_so_with_what_would_help(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serinus(world, "shadow", "prod").code == Exit.NOTHING
    told = capsys.readouterr().err
    assert "has compared nothing" in told
    assert "InferenceId" in told


def test_a_rollout_that_never_was_is_refused(world: World, summary: Summary) -> None:
    assert serinus(world, "shadow", "prod", "--rollout", "99", compared=summary).code == Exit.NOTHING
