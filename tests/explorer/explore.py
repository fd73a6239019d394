"""Every order of a few actors' calls, or those within bounds; states that were seen before are left.

Stateless: a schedule is run anew from the beginning (Godefroid 1997). Faults are bounded, and where there are too
many orders preemptions too, those schedules that spend least first (Musuvathi and Qadeer 2007). Two points are equal
if AWS and what every actor has seen are; whoever comes to one having spent no less of the bounds than an earlier
schedule finds nothing new there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from lambdas.rollout.operate import NotPossibleError
from lambdas.rollout.ports import EndpointBusyError, EndpointRefusedError
from tests.explorer.schedule import Act, Choice, Fault, Task, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.explorer.aws import Aws

ENVIRONMENT = -1
"""The actor that is SageMaker itself: it completes what is under way, or gives it up."""
_FAILURES = (EndpointBusyError, EndpointRefusedError, ThrottledError)
"""What a function may fail of, to be called again; anything else is a fault of ours."""


ANY = 1_000_000
"""Preemptions without a bound: every interleaving."""


class Bounds(NamedTuple):
    """How often an actor may be interrupted, and how many faults there are, in one schedule."""

    preemptions: int = 2
    faults: int = 1


class Ended(NamedTuple):
    """Who died on the way or failed, and whether anybody was refused anything: who is refused tries again later."""

    died: frozenset[str]
    refused: bool


@dataclass(frozen=True)
class Scenario:
    """What is explored: AWS as it is at first, who acts, and what must be true after each call and in the end."""

    begin: Callable[[], Aws]
    actors: dict[str, Act]
    always: Callable[[Aws], None]
    finally_: Callable[[Aws, Ended], None]
    patient: frozenset[str] = frozenset()
    """Who is no Lambda: people's machines may sleep for hours and then go on."""


class Explored(NamedTuple):
    """How much was looked at."""

    states: int
    schedules: int


class Spent(NamedTuple):
    """What of the bounds is used up."""

    preemptions: int = 0
    faults: int = 0

    def within(self, other: Spent) -> bool:
        """Whether whoever has spent this may still do all that one may who has spent the other."""
        return self.preemptions <= other.preemptions and self.faults <= other.faults


class Point(NamedTuple):
    """A moment of a schedule: what was possible, and what had been spent."""

    options: tuple[Choice, ...]
    spent: Spent


class BrokenError(AssertionError):
    """An invariant does not hold; the message tells the schedule that breaks it."""


@dataclass
class _Known:
    """The states that were visited, each with the least that was spent to come there, and how schedules ended."""

    states: dict[int, list[Spent]] = field(default_factory=dict)
    ends: set[int] = field(default_factory=set)

    def visit(self, signature: int, spent: Spent) -> bool:
        """Note a state; False where everything that can follow has been looked at, or will be."""
        before = self.states.setdefault(signature, [])
        if any(each.within(spent) for each in before):
            return False
        before[:] = [spent, *(each for each in before if not spent.within(each))]
        return True


def explore(scenario: Scenario, bounds: Bounds) -> Explored:
    """Run every schedule within the bounds, cheap ones first; `BrokenError` at the first that breaks an invariant."""
    first, known, number = scenario.begin(), _Known(), count()
    waiting: list[tuple[int, int, tuple[Choice, ...]]] = [(0, next(number), ())]
    schedules = 0
    while waiting:
        _, _, prefix = heappop(waiting)
        run = _Run(scenario, bounds, first.copy(), known)
        run.play(prefix)
        schedules += 1
        for depth, point in enumerate(run.points, len(prefix)):
            taken = run.choices[depth] if depth < len(run.choices) else None
            for other in point.options:
                if other != taken:
                    heappush(waiting, (sum(point.spent) + 1, -next(number), (*run.choices[:depth], other)))
    return Explored(len(known.states), schedules)


@dataclass
class _Run:
    """One schedule: the prefix that is given, and then each actor on its own, up to a state that is known."""

    scenario: Scenario
    bounds: Bounds
    aws: Aws
    known: _Known
    choices: list[Choice] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    """Those after the prefix that were not known before."""
    spent: Spent = field(default_factory=Spent)
    failed: bool = False
    """Whether SageMaker took a change and then gave it up."""

    def play(self, prefix: tuple[Choice, ...]) -> None:
        """Run it, and check as it goes."""
        self.tasks = [Task(act) for act in self.scenario.actors.values()]
        for task in self.tasks:
            task.start(self.aws.world)
        try:
            self._play(prefix)
        finally:
            for task in self.tasks:
                task.abandon()

    def _play(self, prefix: tuple[Choice, ...]) -> None:
        for choice in prefix:
            self._take(choice)
        self._checked(lambda: self.scenario.always(self.aws))
        while options := tuple(self._options()):
            if not self.known.visit(self._signature(), self.spent):
                return
            self.points.append(Point(options, self.spent))
            self._take(options[0])
            self._checked(lambda: self.scenario.always(self.aws))
        self._end()

    def _end(self) -> None:
        ended = list(zip(self.scenario.actors, self.tasks, strict=True))
        for name, task in ended:
            if task.error and not isinstance(task.error, (*_FAILURES, NotPossibleError)):
                raise BrokenError(f"{name} fails: {task.error!r}; {self._way()}") from task.error
        died = frozenset(name for name, task in ended if task.died or isinstance(task.error, _FAILURES))
        refused = self.failed or any(task.refused for task in self.tasks)
        end = hash((self.aws.signature, died, refused))
        if end not in self.known.ends:
            self.known.ends.add(end)
            self._checked(lambda: self.scenario.finally_(self.aws, Ended(died, refused)))

    def _options(self) -> Iterator[Choice]:
        """List what may happen next: first that the last one goes on, else that the first does."""
        last = self.choices[-1].actor if self.choices else None
        running = [place for place, task in enumerate(self.tasks) if self._may_go_on(task)]
        order = sorted(running, key=lambda place: (place != last, place))
        for place in order:
            if self._over(place):
                yield Choice(place, Fault.BEFORE)
            elif self._costs(place, last) <= self.bounds.preemptions - self.spent.preemptions:
                yield Choice(place)
        may_complete = self.aws.under_way and running and not self._outlasted()
        if may_complete:
            yield Choice(ENVIRONMENT)
        if self.spent.faults < self.bounds.faults:
            for place in order if self.bounds.preemptions == ANY else order[:1]:
                yield from (Choice(place, fault) for fault in self._faults(place))
            if may_complete:
                yield Choice(ENVIRONMENT, Fault.REFUSED)

    def _may_go_on(self, task: Task) -> bool:
        """Whether it has anything to do: an execution has nothing before it is started."""
        return not task.done and (task.pending != "take_up" or bool(self.aws.executions.running))

    def _over(self, place: int) -> bool:
        """Whether its function has lived as long as Lambda lets one live."""
        return self._aged(place) and [*self.scenario.actors][place] not in self.scenario.patient

    def _aged(self, place: int) -> bool:
        since = self.tasks[place].since
        return since is not None and self.aws.time - since >= self.aws.world.settle

    def _outlasted(self) -> bool:
        """Whether fleets are swapped that were others when some function began: a swap outlasts every function."""
        swaps = self.aws.slow.swaps
        alive = [task for task in self.tasks if not task.done and task.since is not None and task.pending != "wait"]
        return self.aws.slow.swapping and any(task.swaps < swaps for task in alive)

    def _faults(self, place: int) -> Iterator[Fault]:
        for fault in () if self._over(place) else self.tasks[place].faults:
            if fault is not Fault.STALE or self.aws.stale:
                yield fault

    def _costs(self, place: int, last: int | None) -> int:
        if self.bounds.preemptions == ANY:
            return 0
        interrupted = last not in (None, ENVIRONMENT, place) and self._may_go_on(self.tasks[last or 0])
        return int(interrupted)

    def _take(self, choice: Choice) -> None:
        last = self.choices[-1].actor if self.choices else None
        self.choices.append(choice)
        if choice.actor == ENVIRONMENT:
            self.spent = Spent(self.spent.preemptions, self.spent.faults + (choice.fault is not Fault.NONE))
            self.failed |= choice.fault is Fault.REFUSED
            self.aws.complete(fails=choice.fault is Fault.REFUSED)
            return
        harmed = choice.fault is not Fault.NONE and not self._over(choice.actor)
        self.spent = Spent(self.spent.preemptions + self._costs(choice.actor, last), self.spent.faults + harmed)
        task = self.tasks[choice.actor]
        self.aws.slow.late |= self._aged(choice.actor)
        begins = task.since is None or task.pending == "wait"  # a workflow's next look is a function of its own
        task.step(choice.fault)
        if begins:
            task.since, task.swaps = self.aws.time, self.aws.slow.swaps

    def _signature(self) -> int:
        """Tell this point from one at which something else might follow; who was last matters to the bound."""
        last = self.choices[-1].actor if self.choices and self.bounds.preemptions < ANY else None
        told = tuple((task.told, task.pending, task.done, task.died, task.since, task.swaps) for task in self.tasks)
        return hash((self.aws.signature, told, last))

    def _checked(self, check: Callable[[], None]) -> None:
        try:
            check()
        except AssertionError as error:
            raise BrokenError(f"{error}; {self._way()}") from error

    def _way(self) -> str:
        """Tell the schedule in words."""
        names = [*self.scenario.actors, "SageMaker"]
        words = ("", " dies before", " is refused", " gets no answer", " is told what was")
        fates = dict(zip(Fault, words, strict=True))
        return f"schedule: {', '.join(names[each.actor] + fates[each.fault] for each in self.choices)}"
