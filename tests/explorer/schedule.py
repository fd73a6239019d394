"""Runs several actors at once, one call to AWS at a time, in an order that is chosen.

Every call on the ledger, on SageMaker, on the workflow or to people is a point at which another actor may go on, or
something befall this one. Letters are read and taken out at no point of their own. Calls on the other ports change
nothing that an actor reads, so their order is nobody's. Each actor
is a greenlet of which only one runs at any time, so a schedule is a list of choices and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, NamedTuple

from greenlet import greenlet

from lambdas.control.world import World
from lambdas.rollout.live import Live
from lambdas.rollout.ports import EndpointRefusedError, NotToldError
from lambdas.rollout.state import EndpointState, Rollout

Act = Callable[[World], Any]


class Fault(IntEnum):
    """What befalls an actor at a call."""

    NONE = 0
    BEFORE = 1
    """It dies, and the call is never made: so it has died after the one before."""
    REFUSED = 2
    """The call is throttled, or not answered in time; nothing has changed."""
    LOST = 3
    """It has its effect, and the answer is lost: to the actor it looks as if it was refused."""
    STALE = 4
    """It is answered with what was live a moment ago."""


_READ, _CHANGE = (Fault.BEFORE, Fault.REFUSED), (Fault.BEFORE, Fault.REFUSED, Fault.LOST)
_FAULTS = {
    "load": _READ,
    "release": _READ,
    "baseline": _READ,
    "live": (*_READ, Fault.STALE),
    "commit": _CHANGE,
    "start": _CHANGE,
    "set_canary_weight": _CHANGE,
    "set_configuration": _CHANGE,
    "set_count": _CHANGE,
    "tell": _READ,
}
"""What may befall each call; Terraform, autoscaling and the passing of time are not ours to harm."""
_LOST = {
    "set_canary_weight": EndpointRefusedError,
    "set_configuration": EndpointRefusedError,
    "set_count": EndpointRefusedError,
    "tell": NotToldError,
}
"""What a port makes of a call that is throttled, or not answered in time, where it makes anything of it."""


class Choice(NamedTuple):
    """Who makes the next call, and what befalls it there."""

    actor: int
    fault: Fault = Fault.NONE


class DiedError(BaseException):
    """The function's process is gone; no `except Exception` of its own may see it."""


class AbandonedError(BaseException):
    """Nobody looks at this schedule any longer."""


class ThrottledError(Exception):
    """DynamoDB, DescribeEndpoint or Step Functions did not answer, however often boto3 asked."""


@dataclass
class Task:
    """One actor under way: paused before a call, or done; ``since`` is when its function made its first call."""

    act: Act
    since: float | None = None
    done: bool = False
    died: bool = False
    swaps: int = 0
    """How many swaps of fleets had begun before its function."""
    error: Exception | None = None
    told: int = 0
    """Stands for all answers that it has had."""
    refused: bool = False
    """Whether it had to be content with less: a call failed, or SageMaker was at work."""
    abandoned: bool = False
    fault: Fault = Fault.NONE
    pending: str = ""
    """The call that it is paused before."""

    def __post_init__(self) -> None:
        self._own = greenlet(self._run)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What may befall the call that it is paused before."""
        return _FAULTS.get(self.pending, ())

    def start(self, world: World) -> None:
        """Run up to the first call."""
        wrapped = replace(
            world,
            ledger=_Port(world.ledger, self),
            endpoints=_Port(world.endpoints, self),
            fleets=_Port(world.fleets, self),
            workflow=_Port(world.workflow, self),
            notifier=_Port(world.notifier, self),
            baselines=_Port(world.baselines, self) if world.baselines else None,
        )
        self._own.switch(wrapped)

    def step(self, fault: Fault) -> None:
        """Make the call that it is paused before, and run up to the next."""
        self.fault = fault
        self._own.switch()

    def abandon(self) -> None:
        """End it, wherever it is."""
        self.abandoned = True
        if not self.done:
            self._own.switch()

    def call(self, port: Any, name: str, args: tuple[Any, ...]) -> Any:
        """Pause before a call of the actor's own greenlet."""
        if not self.abandoned:
            self.pending = name
            self._own.parent.switch()
        if self.abandoned:
            raise AbandonedError
        if self.fault is Fault.BEFORE:
            self._learn("dies")
            raise DiedError
        try:
            result = self._made(port, name, args)
        except Exception as error:
            self.refused = True
            self._learn(type(error).__name__)
            raise
        self._learn(gist(result))
        self.refused |= isinstance(result, Live) and result.changing
        if name == "wait":  # the function that asked has ended, and the next one remembers nothing
            self.told = hash(args)
        return result

    def _learn(self, what: str) -> None:
        self.told = hash((self.told, self.pending, what))

    def _made(self, port: Any, name: str, args: tuple[Any, ...]) -> Any:
        """Make the call, unless it is refused; the answer may be lost, or an old one."""
        lost = _LOST.get(name, ThrottledError)("Rate exceeded")
        if self.fault is Fault.REFUSED:
            raise lost
        if self.fault is Fault.STALE and (old := port.told_late(*args)):
            self.swaps -= port.swapping  # as if it had begun before: the swap takes longer than it lives
            return old
        result = getattr(port, name)(*args)
        if self.fault is Fault.LOST:
            raise lost
        return result

    def _run(self, world: World) -> None:
        try:
            self.act(world)
        except DiedError:
            self.died = True
        except AbandonedError:
            pass
        except Exception as error:  # noqa: BLE001 - Lambda catches everything, and the test looks at it
            self.error = error
        self.done = True


def gist(result: object) -> str:
    """Tell what an actor has learned by an answer, shortly."""
    match result:
        case EndpointState(revision=revision, rollout=Rollout() as rollout):
            return (
                f"{revision} {rollout.number} {rollout.phase} {rollout.step} {rollout.weight} {rollout.since}"
                f" {rollout.serving_since} {rollout.refused} {rollout.falling_back} {rollout.load}"
                f" {rollout.stable_count}"
            )
        case Live():
            weights = [(v.weight, v.desired_weight, v.count, v.desired_count) for v in result.variants]
            return f"{result.status} {result.config} {weights}"
        case _:
            return type(result).__name__


class _Port:
    """Any port, with every call passing through its actor's task."""

    def __init__(self, port: Any, task: Task) -> None:
        self._port, self._task = port, task

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: self._task.call(self._port, name, args)
