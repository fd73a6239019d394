"""Whatever the order of calls, and whoever dies at which: the invariants of DESIGN 4.4 hold after each call."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.control import advance as advancing
from lambdas.control import take_back as taking_back
from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.control.record import record
from lambdas.control.take_back import take_back
from lambdas.rollout import decide as deciding
from lambdas.rollout.decision import hold, roll_back
from lambdas.rollout.names import back_shape, config_prefix
from lambdas.rollout.operate import NotPossibleError, Wish
from lambdas.rollout.ports import ConflictError, EndpointBusyError, Turn
from lambdas.rollout.release import BACK, PAIR, Capacity, Stage
from lambdas.rollout.state import EndpointState, Entry, Phase, Rollout
from tests.examples import PLAN, RELEASE, healthy, live
from tests.explorer.aws import Aws
from tests.explorer.explore import Bounds, BrokenError, Ended, Scenario, explore
from tests.fakes import MemoryLedger

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.control.world import World
    from lambdas.rollout.decision import Decision
    from lambdas.rollout.live import Live
    from tests.explorer.schedule import Act

NAME = "mortgage"
_BACK = {"alarm", "operator"}


def _rollout(aws: Aws) -> Rollout:
    found = aws.ledger.load(NAME).rollout
    assert found is not None
    return found


def _look(aws: Aws) -> None:
    """Let SageMaker complete what is under way, then look."""
    aws.complete()
    served = aws.slow.lives[NAME].canary_weight
    aws.metrics.tables.append(healthy(aws.time, weight=served))
    aws.time += 60
    advance(aws.world, NAME)


RETURN = config_prefix(NAME, RELEASE.pair, back_shape(RELEASE.shape)) + "20261121000000000000000002"
STAGES = (Stage(PAIR, RELEASE.shape, live().config), Stage(BACK, back_shape(RELEASE.shape), RETURN))


def about_to_advance() -> Aws:
    """At 10 %, baked and passed: the next look raises the weight to 50 %."""
    aws = Aws()
    steps = tuple(replace(step, approval=False) for step in PLAN.steps)
    aws.ledger.releases[NAME] = replace(RELEASE, plan=replace(PLAN, steps=steps), stages=STAGES)
    aws.slow.lives[NAME] = live()
    aws.slow.configurations[RETURN] = replace(live(), config=RETURN)
    _serve_until_passed(aws, steps[0].bake)
    return aws


def _serve_until_passed(aws: Aws, bake: int) -> None:
    """Serve the first step's 10 % up to the look at which it passes."""
    begin_rollout(aws.world, NAME)
    while (since := _rollout(aws).serving_since) is None:
        _look(aws)
    while aws.time + 60 < since + bake:
        _look(aws)
    aws.metrics.tables.append(healthy(aws.time, weight=1_000))
    aws.time = since + bake + 60
    assert aws.slow.lives[NAME].canary_weight == 1_000


def about_to_go_another_way() -> Aws:
    """Rolling back, and SageMaker has taken no weights for a minute, nor will it ever."""
    aws = about_to_advance()
    aws.slow.refuses["weights"] = "AccessDeniedException"
    alarm(aws.world)
    _look(aws)
    aws.time += 60
    assert aws.slow.lives[NAME].canary_weight == 1_000
    return aws


def about_to_make_room() -> Aws:
    """At 10 %, baked and passed; but stable has two of the three instances that could take everything back."""
    aws = Aws()
    steps = tuple(replace(step, approval=False) for step in PLAN.steps)
    plan, capacity = replace(PLAN, steps=steps), Capacity(per_instance=1_000.0, most=8)
    aws.ledger.releases[NAME] = replace(RELEASE, plan=plan, stages=STAGES, capacity=capacity)
    aws.slow.lives[NAME] = live()
    aws.slow.configurations[RETURN] = replace(live(), config=RETURN)
    _serve_until_passed(aws, steps[0].bake)
    return aws


def look(world: World) -> None:
    advance(world, NAME)


def alarm(world: World) -> None:
    take_back(world, NAME, cause="alarm a", reason="20 > 5", alarm_since=world.now())


def operator(world: World) -> None:
    with contextlib.suppress(EndpointBusyError):
        take_back(world, NAME, cause="operator ann", reason="abort")


def wish(asked: Wish) -> Act:
    def act(world: World) -> None:
        with contextlib.suppress(NotPossibleError, EndpointBusyError):
            grant_wish(world, NAME, asked, who="ann")

    return act


def event(world: World) -> None:
    """A doubled or late "in service"."""
    with contextlib.suppress(EndpointBusyError):
        begin_rollout(world, NAME)


def _ledger_first(aws: Aws) -> None:
    """No weight is written that the ledger has not intended, and none beyond what the last PASS allows."""
    intended = {entry.weight for entry in aws.ledger.entries}
    assert set(aws.slow.writes) <= intended, f"weights {aws.slow.writes} were written, {intended} decided"


def _in_the_end(aws: Aws, ended: Ended, actors: dict[str, Act]) -> None:
    """AWS delivers again what died; after some looks, live is what is intended, and a rollback has won.

    Where nobody died and nobody was refused, that is so at once.
    """
    if not ended.died and not ended.refused:
        aws.complete()
        served = aws.slow.lives[NAME].canary_weight
        assert served == _rollout(aws).weight, f"{served} is live, and {_rollout(aws).weight} intended"
    for name in sorted(ended.died):
        with contextlib.suppress(EndpointBusyError):
            actors[name](aws.world)
    for _ in range(6):
        _look(aws)
    rollout = _rollout(aws)
    aws.complete()
    assert aws.slow.lives[NAME].canary_weight == rollout.weight, f"{rollout.phase} intends {rollout.weight}"
    if _BACK & actors.keys():
        assert (rollout.phase, rollout.weight) == (Phase.ROLLED_BACK, 0), f"{rollout.phase} at {rollout.weight}"


def _back_in_the_end(aws: Aws, ended: Ended) -> None:
    """However it went, some looks later stable serves everything, by one configuration or another."""
    del ended
    for _ in range(8):
        _look(aws)
    rollout = _rollout(aws)
    assert (rollout.phase, aws.slow.lives[NAME].canary_weight) == (Phase.ROLLED_BACK, 0), rollout.phase


def scenario(**actors: Act) -> Scenario:
    """Let actors act at once, from just before a step passes."""
    return Scenario(about_to_advance, actors, _ledger_first, lambda aws, ended: _in_the_end(aws, ended, actors))


DEEP, WIDE = Bounds(preemptions=2, faults=1), Bounds(preemptions=1, faults=0)
BRIEF = Bounds(preemptions=1, faults=1)
SCENARIOS = {
    "a look and an alarm": (scenario(look=look, alarm=alarm), DEEP),
    "a look and an operator": (scenario(look=look, operator=operator), WIDE),
    "a look and a doubled event": (scenario(look=look, event=event), DEEP),
    "a look and a pause": (scenario(look=look, pause=wish(Wish.PAUSE)), DEEP),
    "a pause and an alarm": (scenario(pause=wish(Wish.PAUSE), alarm=alarm), DEEP),
    "two looks and an alarm": (scenario(look=look, again=look, alarm=alarm), WIDE),
    "a look, an alarm and an operator": (scenario(look=look, alarm=alarm, operator=operator), WIDE),
    "a look, an alarm and a doubled event": (scenario(look=look, alarm=alarm, event=event), WIDE),
    "a look that raises stable, and an alarm": (
        replace(scenario(look=look, alarm=alarm), begin=about_to_make_room),
        BRIEF,
    ),
    "two looks that go another way": (
        Scenario(about_to_go_another_way, {"look": look, "again": look}, _ledger_first, _back_in_the_end),
        DEEP,
    ),
    "a look that goes another way, and an alarm": (
        Scenario(about_to_go_another_way, {"look": look, "alarm": alarm}, _ledger_first, _back_in_the_end),
        DEEP,
    ),
    "a pause, a resume and a look": (scenario(pause=wish(Wish.PAUSE), resume=wish(Wish.RESUME), look=look), WIDE),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_in_every_order_and_whoever_dies_the_invariants_hold(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    found = explore(*SCENARIOS[name])
    record_property("explored", f"{name}: {found.states} states, {found.schedules} schedules")
    assert found.schedules > 100


class Lawless(MemoryLedger):
    """A ledger that lets everybody write over everybody."""

    def commit(self, state: EndpointState, entry: Entry | None) -> None:
        self.states[state.endpoint] = state
        if entry:
            self.entries.append(entry)


def _lawless() -> Aws:
    aws = about_to_advance()
    lawless = Lawless()
    lawless.states, lawless.entries, lawless.releases = aws.ledger.states, aws.ledger.entries, aws.ledger.releases
    aws.ledger = lawless
    aws.world = replace(aws.world, ledger=lawless)
    return aws


def _without_reading_again(world: World, state: EndpointState, live: Live | None = None) -> None:
    served = live or world.endpoints.live(NAME)
    assert served is not None
    if state.rollout and served.desired != state.rollout.shares:
        world.endpoints.set_canary_weight(served, state.rollout.weight, Turn(1, state.revision))


def _weights_first(world: World, state: EndpointState, decision: Decision, **rest: Any) -> EndpointState:
    served = world.endpoints.live(NAME)
    if served and served.desired != decision.rollout.shares:
        world.endpoints.set_canary_weight(served, decision.rollout.weight, Turn(1, state.revision))
    return record(world, state, decision, **rest)


def _once(world: World, endpoint: str, cause: str, against: tuple[str, str], since: float | None) -> Any:
    """Turn round, and leave it at that where somebody else committed in between."""
    del since
    state = world.ledger.load(endpoint)
    if state.rollout is None or state.rollout.phase is Phase.ROLLING_BACK:
        return state, None
    decision = roll_back(state.rollout, world.now(), against[1])
    with contextlib.suppress(ConflictError):
        return record(world, state, decision, cause=cause), decision
    return state, None


def _for_ever(rollout: Rollout, served: Live, now: float) -> Decision:
    del served, now
    return hold(rollout, "it will come")


def test_it_finds_a_ledger_without_a_lease() -> None:
    with pytest.raises(BrokenError):
        explore(replace(SCENARIOS["a look and an alarm"][0], begin=_lawless), DEEP)


@pytest.mark.parametrize(
    ("module", "rule", "mutant", "name"),
    [
        (taking_back, "_turn_round", _once, "a look and an alarm"),
        (deciding, "insist", _for_ever, "two looks that go another way"),
    ],
    ids=["once", "for ever"],
)
def test_it_finds_who_gives_up_at_a_conflict_or_asks_for_ever(
    monkeypatch: pytest.MonkeyPatch, module: object, rule: str, mutant: object, name: str
) -> None:
    monkeypatch.setattr(module, rule, mutant)
    with pytest.raises(BrokenError):
        explore(*SCENARIOS[name])


@pytest.mark.parametrize(
    ("place", "mutant"), [("enforce", _without_reading_again), ("record", _weights_first)], ids=["reread", "order"]
)
def test_it_finds_writers_that_do_not_read_again_or_write_weights_first(
    monkeypatch: pytest.MonkeyPatch, place: str, mutant: object
) -> None:
    for module in (advancing, taking_back):
        monkeypatch.setattr(module, place, mutant)
    with pytest.raises(BrokenError):
        explore(*SCENARIOS["a look and an alarm"])
