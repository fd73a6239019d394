"""Beyond what can be visited whole: many actors, faults and deploys, in orders that hypothesis draws.

``pytest --hypothesis-profile=search tests/explorer/test_at_random.py`` looks for longer, and each time for new ones.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lambdas.control.advance import advance
from lambdas.rollout.operate import NotPossibleError, Wish
from lambdas.rollout.ports import EndpointBusyError, EndpointRefusedError
from tests.examples import RELEASE
from tests.explorer import actors
from tests.explorer.invariants import NAME, always, comes_to_an_end
from tests.explorer.schedule import Act, Fault, Task, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable

_RELEASE = replace(RELEASE, plan=actors.SHORT)
MOST = 5
"""Actors at once."""
FUNCTIONS: dict[str, Act] = {
    "look": actors.look,
    "event": actors.event,
    "alarm": actors.alarm,
    "doubled alarm": actors.doubled(actors.alarm),
    "alarm of before": actors.stale_alarm,
}
PEOPLE: dict[str, Act] = {
    "pause": actors.wish(Wish.PAUSE),
    "resume": actors.wish(Wish.RESUME),
    "abort": actors.operator,
    "autoscaling": actors.scale,
}
_EXPECTED = (EndpointBusyError, ThrottledError, NotPossibleError, EndpointRefusedError)
seen: set[int] = set()
steps: list[int] = [0]


class World(RuleBasedStateMachine):
    """A rollout of two steps in a busy world."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[tuple[str, Task]] = []
        self.deploys = 0
        self.aws = actors.deployed(_RELEASE)

    @initialize(advanced=st.booleans())
    def it_begins(self, *, advanced: bool) -> None:
        """With the event that begins it, or at 10 %, just before the next step."""
        if advanced:
            self.aws = actors.about_to_advance(_RELEASE)
        else:
            self._begin("event", actors.event)

    @property
    def alive(self) -> list[tuple[str, Task]]:
        return [(name, task) for name, task in self.tasks if not task.done]

    def _begin(self, name: str, act: Act) -> None:
        task = Task(act)
        task.start(self.aws.world)
        self.tasks.append((name, task))

    def _step(self, name: str, task: Task, fault: Fault = Fault.NONE) -> None:
        if task.since is None:
            task.since, task.swaps = self.aws.time, self.aws.slow.swaps
        over = self.aws.time - task.since >= self.aws.world.settle
        self.aws.slow.late |= over and name not in FUNCTIONS
        task.step(Fault.BEFORE if over and name in FUNCTIONS else fault)
        if task.error and not isinstance(task.error, _EXPECTED):
            raise AssertionError(f"{name} fails") from task.error

    def _swap_must_wait(self) -> bool:
        """Whether fleets are being swapped since some function began, which a swap outlasts."""
        begun = [task for _, task in self.alive if task.since is not None]
        return self.aws.slow.swapping and any(task.swaps < self.aws.slow.swaps for task in begun)

    @precondition(lambda self: len(self.alive) < MOST)
    @rule(name=st.sampled_from([*FUNCTIONS, *PEOPLE]))
    def somebody_comes(self, name: str) -> None:
        if name != "look" or self.aws.executions.running:
            self._begin(name, (FUNCTIONS | PEOPLE)[name])

    @precondition(lambda self: self.deploys < 3 and all(name != "deploy" for name, _ in self.alive))
    @rule(others=st.booleans())
    def somebody_deploys(self, *, others: bool) -> None:
        """One at a time: Terraform locks its state."""
        self.deploys += 1
        last, number = self.aws.ledger.releases[NAME], f"{self.deploys:04d}"
        new = replace(last, canary=f"v{number}", pair=f"cccc{number}") if others else last
        self._begin("deploy", actors.deploy(replace(new, shape=f"dddd{number}")))

    @precondition(lambda self: bool(self.alive))
    @rule(which=st.integers(0, MOST - 1), calls=st.integers(1, 6))
    def somebody_goes_on(self, which: int, calls: int) -> None:
        name, task = self.alive[which % len(self.alive)]
        for _ in range(calls):
            if not task.done:
                self._step(name, task)
                always(self.aws)

    @precondition(lambda self: bool(self.alive))
    @rule(which=st.integers(0, MOST - 1), drawn=st.integers(0, 9))
    def something_befalls_somebody(self, which: int, drawn: int) -> None:
        name, task = self.alive[which % len(self.alive)]
        if name in FUNCTIONS and task.faults:
            self._step(name, task, task.faults[drawn % len(task.faults)])

    @precondition(lambda self: self.aws.under_way and not self._swap_must_wait())
    @rule(fails=st.booleans())
    def sagemaker_is_done(self, *, fails: bool) -> None:
        self.aws.complete(fails=fails)

    @rule(seconds=st.sampled_from([2.0, 5.0, 30.0, 60.0]))
    def some_time_passes(self, seconds: float) -> None:
        self.time_passes(seconds)

    def time_passes(self, seconds: float) -> None:
        if seconds < self.aws.world.settle and self._swap_must_wait():
            return
        if seconds >= self.aws.world.settle:  # what began before has come to its end, the one way or the other
            for name, task in self.alive:
                if name in FUNCTIONS and task.since is not None:
                    self._step(name, task, Fault.BEFORE)
        if not self._swap_must_wait():
            self.aws.wait(seconds)

    @precondition(lambda self: self.aws.executions.running and not self._swap_must_wait())
    @rule(looks=st.integers(1, 4))
    def the_workflow_goes_on(self, looks: int) -> None:
        for _ in range(looks):
            again_in = advance(self.aws.world, NAME).again_in
            always(self.aws)
            if again_in is None:
                return
            self.time_passes(self.aws.world.period if again_in > 2 else 2.0)

    @rule()
    def people_stop_asking_or_ask_again(self) -> None:
        self.aws.traffic = not self.aws.traffic

    @invariant()
    def the_invariants_hold(self) -> None:
        always(self.aws)
        seen.add(self.aws.signature)
        steps[0] += 1

    def teardown(self) -> None:
        """Whoever is under way gets through, what died is delivered again, and it all comes to an end."""
        try:
            self._come_to_an_end()
        finally:
            for _, task in self.tasks:
                task.abandon()

    def _come_to_an_end(self) -> None:
        for name, task in self.tasks:
            while not task.done:
                self._step(name, task)
                always(self.aws)
        for name, task in self.tasks:
            if name in FUNCTIONS and (task.died or task.error):
                with contextlib.suppress(EndpointBusyError):
                    FUNCTIONS[name](self.aws.world)
        self.aws.traffic = True
        release = self.aws.ledger.releases[NAME]
        self.aws.complete()
        if self.aws.slow.lives[NAME].pair != release.pair:  # SageMaker refused, Terraform said so, people try again
            actors.deploy(release)(self.aws.world)
        comes_to_an_end(self.aws)


def test_whatever_comes_the_invariants_hold_and_it_comes_to_an_end(
    record_property: Callable[[str, object], None],
) -> None:
    run: Any = run_state_machine_as_test
    run(World, settings=settings(stateful_step_count=60))
    record_property("explored", f"at random: {len(seen)} states, {steps[0]} steps of a busy world")
    assert len(seen) > 300
