"""Every order of a few actors' calls, within bounds: depth first, states that were seen before are left.

Stateless: a schedule is run anew from the beginning (Godefroid 1997), with a bound on preemptions (Musuvathi and
Qadeer 2007) and on faults. Two points are equal if AWS, what every actor has seen, and what is left of the bounds
are equal; what follows from there is then the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.ports import EndpointBusyError, EndpointRefusedError
from tests.explorer.schedule import Act, Choice, Fault, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.explorer.aws import Aws

ENVIRONMENT = -1
"""The actor that is SageMaker itself: it completes what is under way, or gives it up."""
_DEATHS, _REFUSED = (Fault.BEFORE, Fault.AFTER), (Fault.REFUSED, Fault.LOST)
_REFUSALS = {EndpointBusyError.__name__, EndpointRefusedError.__name__}


class Bounds(NamedTuple):
    """How often an actor may be interrupted, and how many may die, in one schedule."""

    preemptions: int = 2
    faults: int = 1


class Ended(NamedTuple):
    """Who died on the way or failed, and whether SageMaker refused anybody: who is refused tries again later."""

    died: frozenset[str]
    refused: bool


@dataclass(frozen=True)
class Scenario:
    """What is explored: AWS as it is at first, who acts, and what must be true after each call and in the end."""

    begin: Callable[[], Aws]
    actors: dict[str, Act]
    always: Callable[[Aws], None]
    finally_: Callable[[Aws, Ended], None]


class Explored(NamedTuple):
    """How much was looked at."""

    states: int
    schedules: int


class Point(NamedTuple):
    """A moment of a schedule: what was possible, and what it looked like."""

    options: tuple[Choice, ...]
    signature: int


class BrokenError(AssertionError):
    """An invariant does not hold; the message tells the schedule that breaks it."""


def explore(scenario: Scenario, bounds: Bounds) -> Explored:
    """Run every schedule within the bounds; raises `BrokenError` at the first that breaks an invariant."""
    seen: set[int] = set()
    waiting: list[tuple[Choice, ...]] = [()]
    schedules = 0
    while waiting:
        prefix = waiting.pop()
        run = _Run(scenario, bounds)
        run.play(prefix)
        schedules += 1
        for depth in range(len(prefix), len(run.points)):
            point = run.points[depth]
            if point.signature in seen:
                break
            seen.add(point.signature)
            waiting += [(*run.choices[:depth], other) for other in point.options if other != run.choices[depth]]
    return Explored(len(seen), schedules)


@dataclass
class _Run:
    """One schedule: the prefix that is given, and then each actor on its own to its end."""

    scenario: Scenario
    bounds: Bounds
    choices: list[Choice] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    preemptions: int = 0
    faults: int = 0
    failed: bool = False
    """Whether SageMaker took a change and then gave it up."""

    def play(self, prefix: tuple[Choice, ...]) -> None:
        """Run it, and check as it goes."""
        self.aws = self.scenario.begin()
        self.tasks = [Task(act) for act in self.scenario.actors.values()]
        for task in self.tasks:
            task.start(self.aws.world)
        while options := tuple(self._options()):
            given = prefix[len(self.choices)] if len(self.choices) < len(prefix) else options[0]
            self.points.append(Point(options, self._signature()))
            self._take(given)
            self._checked(lambda: self.scenario.always(self.aws))
        ended = zip(self.scenario.actors, self.tasks, strict=True)
        died = {name for name, task in ended if task.died or isinstance(task.error, EndpointRefusedError)}
        refused = self.failed or any(_REFUSALS & set(task.log) for task in self.tasks)
        self._checked(lambda: self.scenario.finally_(self.aws, Ended(frozenset(died), refused)))

    def _options(self) -> Iterator[Choice]:
        """List what may happen next: first that the last one goes on, else that the first does."""
        last = self.choices[-1].actor if self.choices else None
        running = [place for place, task in enumerate(self.tasks) if not task.done]
        order = sorted(running, key=lambda place: (place != last, place))
        for place in order:
            if self._costs(place, last) <= self.bounds.preemptions - self.preemptions:
                yield Choice(place)
        if self.aws.under_way and running:
            yield Choice(ENVIRONMENT)
        if self.faults < self.bounds.faults:
            for place in order[:1]:
                changes = self.tasks[place].pending.startswith("set_")
                faults = _DEATHS + (_REFUSED if changes else ())
                yield from (Choice(place, fault) for fault in faults)
            if self.aws.under_way and running:
                yield Choice(ENVIRONMENT, Fault.REFUSED)

    def _costs(self, place: int, last: int | None) -> int:
        interrupted = last not in (None, ENVIRONMENT, place) and not self.tasks[last or 0].done
        return int(interrupted)

    def _take(self, choice: Choice) -> None:
        last = self.choices[-1].actor if self.choices else None
        self.faults += choice.fault is not Fault.NONE
        if choice.actor == ENVIRONMENT:
            self.failed |= choice.fault is Fault.REFUSED
            self.aws.complete(fails=choice.fault is Fault.REFUSED)
        else:
            self.preemptions += self._costs(choice.actor, last)
            self.tasks[choice.actor].step(choice.fault)
        self.choices.append(choice)

    def _signature(self) -> int:
        last = self.choices[-1].actor if self.choices else None
        told = [(tuple(task.log), task.done, task.died) for task in self.tasks]
        return hash((self.aws.signature, str(told), last, self.preemptions, self.faults))

    def _checked(self, check: Callable[[], None]) -> None:
        try:
            check()
        except AssertionError as error:
            names = [*self.scenario.actors, "SageMaker"]
            fates = dict(
                zip(Fault, ("", " dies before", " dies after", " is refused", " gets no answer"), strict=True)
            )
            way = [names[each.actor] + fates[each.fault] for each in self.choices]
            raise BrokenError(f"{error}; schedule: {', '.join(way)}") from error
