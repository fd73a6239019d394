"""The pictures of docs/patterns are what `python -m demo.pictures` draws, and they show what the core decides."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from demo.pictures.draw import PICTURES
from demo.pictures.fleets import stages
from demo.pictures.page import DOCS, native, plan
from demo.pictures.trials import course
from demo.pictures.users import moments, switched
from infra.spec.rollout import Native, Size, Strategy
from lambdas.rollout.assignment import assign
from lambdas.rollout.names import CANARY, STABLE

if TYPE_CHECKING:
    from collections.abc import Callable

USERS = [f"user-{number}" for number in range(300)]


@pytest.mark.parametrize(("name", "draw"), PICTURES.items(), ids=PICTURES)
def test_a_page_s_picture_is_the_one_that_is_drawn_from_its_yaml(name: str, draw: Callable[[], str]) -> None:
    assert (DOCS / "pictures" / f"{name}.svg").read_text(encoding="utf-8") == draw()


def test_shares_that_never_go_down_take_the_canary_from_nobody() -> None:
    documents = [moment.document for moment in moments(plan("user-canary"))]
    given = [{user for user in USERS if assign(document, user) == CANARY} for document in documents]
    assert all(before <= after for before, after in pairwise(given))
    assert len(given[-1]) == len(USERS)


def test_the_kill_switch_takes_it_from_everybody_and_gives_it_back_to_the_same() -> None:
    before, off, again = (moment.document for moment in switched(plan("feature-flags")))
    assert {assign(off, user) for user in USERS} == {STABLE}
    assert [assign(before, user) for user in USERS] == [assign(again, user) for user in USERS]


def test_blue_green_runs_two_fleets_and_rolling_one_batch_more() -> None:
    both = [max(each.old + each.new for each in stages(native(page), 4)) for page in ("blue-green", "rolling")]
    assert both == [8, 5]


@pytest.mark.parametrize("count", [2, 5, 7])
def test_a_rolling_fleet_is_never_smaller_than_asked_and_ends_new(count: int) -> None:
    found = list(stages(Native("native", Strategy.ROLLING, size=Size(instances=2)), count))
    assert all(each.old + each.new >= count for each in found)
    assert (found[-1].old, found[-1].new) == (0, count)


def test_a_canary_that_earns_more_wins_its_experiment() -> None:
    step = next(step for step in plan("ab-test").steps if step.experiment)
    *_, (_, _, last) = course(step, 0.10, 0.12, seed=1)
    assert last.experiment
    assert last.experiment.winner == CANARY
