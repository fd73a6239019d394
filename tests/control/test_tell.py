"""People are told of each decision once at least, whoever dies or refuses in between; and nothing waits for that."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.control.take_back import take_back
from lambdas.rollout.letter import Letter, next_try
from lambdas.rollout.operate import Wish
from lambdas.rollout.state import Kind, Phase
from tests.examples import RELEASE, live
from tests.fakes import FakeWorld

if TYPE_CHECKING:
    from lambdas.control.world import World

NAME = "mortgage"


class DiedError(Exception):
    """The function is gone."""


class _Dying:
    """A port whose caller dies before a call, or after it."""

    def __init__(self, port: Any, call: str, *, after: bool) -> None:
        self._port, self._call, self._after = port, call, after

    def __getattr__(self, name: str) -> Any:
        def called(*args: Any) -> Any:
            if name == self._call and not self._after:
                raise DiedError
            result = getattr(self._port, name)(*args)
            if name == self._call:
                raise DiedError
            return result

        return called


@pytest.fixture
def fake() -> FakeWorld:
    made = FakeWorld()
    made.ledger.releases[NAME] = RELEASE
    made.endpoints.lives[NAME] = live()
    return made


def _subjects(fake: FakeWorld) -> list[str]:
    return [subject for subject, _ in fake.notifier.told]


def _back(world: World) -> None:
    take_back(world, NAME, cause="alarm a", reason="20 > 5")


BEGUN, BACK, DONE = (f"{NAME}: rollout 1 (v2) {phase} at 0 %" for phase in ("PENDING", "ROLLING_BACK", "ROLLED_BACK"))
DEATHS = [
    pytest.param("ledger", "commit", True, 1, id="after the commit"),
    pytest.param("notifier", "tell", False, 1, id="before people are told"),
    pytest.param("notifier", "tell", True, 2, id="after people were told"),
    pytest.param("outbox", "sent", False, 2, id="before the letter is out"),
    pytest.param("outbox", "sent", True, 1, id="after the letter is out"),
]


@pytest.mark.parametrize(("port", "call", "after", "times"), DEATHS)
def test_a_rollback_whose_function_died_is_told(
    fake: FakeWorld,
    port: str,
    call: str,
    after: bool,  # noqa: FBT001 - a parameter
    times: int,
) -> None:
    begin_rollout(fake.world, NAME)
    dying: Any = _Dying(getattr(fake.world, port), call, after=after)
    with pytest.raises(DiedError):
        _back(replace(fake.world, **{port: dying}))

    _back(fake.world)  # Lambda calls it again
    while (again_in := advance(fake.world, NAME).again_in) is not None:
        fake.time += again_in

    assert _subjects(fake).count(BACK) == times
    assert _subjects(fake).count(DONE) == 1
    assert fake.ledger.letters == {}


def test_a_workflow_stays_for_the_last_letter(fake: FakeWorld) -> None:
    """The decision that ends a rollout is made, and the function dies before anybody hears of it."""
    begin_rollout(fake.world, NAME)
    _back(fake.world)
    dying: Any = _Dying(fake.world.notifier, "tell", after=False)
    while fake.ledger.load(NAME).in_progress:
        fake.time += 10
        with contextlib.suppress(DiedError):
            advance(replace(fake.world, notifier=dying), NAME)
    assert DONE not in _subjects(fake)

    looks = [advance(fake.world, NAME)]
    while (again_in := looks[-1].again_in) is not None:
        fake.time += again_in
        looks.append(advance(fake.world, NAME))

    assert [(look.decision, look.again_in) for look in looks] == [(None, 30), (None, None)]
    assert _subjects(fake)[-1] == DONE


def test_what_superseded_a_paused_rollout_is_told_by_the_next_event(fake: FakeWorld) -> None:
    """No workflow looks after it: Lambda calls `begin` again, and so does the next deploy."""
    begin_rollout(fake.world, NAME)
    advance(fake.world, NAME)
    grant_wish(fake.world, NAME, Wish.PAUSE, who="ann")
    alone = replace(RELEASE, stable="v3", canary=None, pair="cccc3333", plan=None)
    fake.ledger.releases[NAME], fake.endpoints.lives[NAME] = alone, live(alone)
    dying: Any = _Dying(fake.world.notifier, "tell", after=False)
    with pytest.raises(DiedError):
        begin_rollout(replace(fake.world, notifier=dying), NAME)
    assert fake.ledger.load(NAME).rollout.phase is Phase.SUPERSEDED  # type: ignore[union-attr]

    fake.time += 60
    begin_rollout(fake.world, NAME)

    assert "SUPERSEDED" in _subjects(fake)[-1]
    assert fake.ledger.letters == {}


def test_a_letter_is_its_writers_as_long_as_he_may_live(fake: FakeWorld) -> None:
    begin_rollout(fake.world, NAME)
    dying: Any = _Dying(fake.world.notifier, "tell", after=False)
    with pytest.raises(DiedError):
        _back(replace(fake.world, notifier=dying))
    fake.time += 29
    advance(fake.world, NAME)
    assert _subjects(fake) == [BEGUN]
    fake.time += 1
    advance(fake.world, NAME)
    assert _subjects(fake) == [BEGUN, BACK]


def test_a_rollout_goes_its_way_while_sns_takes_nothing(fake: FakeWorld) -> None:
    """Least of all is a healthy canary taken back because people cannot be told that it is."""
    fake.notifier.refuses = True
    begin_rollout(fake.world, NAME)
    _back(fake.world)
    for _ in range(5):
        fake.time += 60
        advance(fake.world, NAME)
    kinds = [entry.kind for entry in fake.ledger.history(NAME, 1) if entry.kind is not Kind.HOLD]
    assert kinds == [Kind.BEGIN, Kind.ROLL_BACK, Kind.ROLL_BACK]
    assert len(fake.ledger.letters) == len(kinds)

    fake.notifier.refuses = False
    assert advance(fake.world, NAME).again_in is None
    assert _subjects(fake) == [BEGUN, BACK, DONE]


@pytest.mark.parametrize(("age", "seconds"), [(0, 30), (29.5, 1), (30, 30), (300, 300), (10_000_000, 86_400)])
def test_tries_get_rarer(age: float, seconds: int) -> None:
    """Whoever decided lives 30 s at the most; a topic that is gone does not keep a workflow busy."""
    assert next_try([Letter(NAME, 1, 1_000.0, "", "")], 1_000.0 + age, 30.0) == seconds


def test_no_letter_is_waited_for_where_none_is() -> None:
    assert next_try([], 0.0, 30.0) is None
