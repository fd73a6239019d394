"""Runs several actors at once, one call to AWS at a time, in an order that is chosen.

Every call on the ledger or on SageMaker is a point at which another actor may go on, or the actor die: before the
call, or after its effect. Calls on the other ports change nothing that an actor reads, so their order is nobody's.
Each actor is a thread of which only one runs at any time, so a schedule is a list of choices and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import astuple, dataclass, field, replace
from enum import IntEnum
from typing import Any, NamedTuple

from lambdas.control.world import World
from lambdas.rollout.live import Live
from lambdas.rollout.ports import EndpointRefusedError
from lambdas.rollout.state import EndpointState, Rollout

Act = Callable[[World], Any]


class Fault(IntEnum):
    """What befalls an actor at a call."""

    NONE = 0
    BEFORE = 1
    """It dies, and the call is never made."""
    AFTER = 2
    """It dies when the call has had its effect."""
    REFUSED = 3
    """SageMaker refuses the change, is throttled, or does not answer in time; nothing has changed."""
    LOST = 4
    """The change is made, and the answer is lost: to the actor it looks as if it was refused."""


class Choice(NamedTuple):
    """Who makes the next call, and what befalls it there."""

    actor: int
    fault: Fault = Fault.NONE


class DiedError(BaseException):
    """The function's process is gone; no `except Exception` of its own may see it."""


@dataclass
class Task:
    """One actor under way: paused before a call, or done."""

    act: Act
    done: bool = False
    died: bool = False
    error: Exception | None = None
    log: list[str] = field(default_factory=list)
    fault: Fault = Fault.NONE
    pending: str = ""
    """The call that it is paused before."""

    def __post_init__(self) -> None:
        self._go, self._paused = threading.Semaphore(0), threading.Semaphore(0)

    def start(self, world: World) -> None:
        """Run up to the first call."""
        wrapped = replace(
            world,
            ledger=_Port(world.ledger, self),
            endpoints=_Port(world.endpoints, self),
            fleets=_Port(world.fleets, self),
        )
        threading.Thread(target=self._run, args=(wrapped,), daemon=True).start()
        self._paused.acquire()

    def step(self, fault: Fault) -> None:
        """Make the call that it is paused before, and run up to the next."""
        self.fault = fault
        self._go.release()
        self._paused.acquire()

    def call(self, method: Callable[..., Any], *args: Any) -> Any:
        """Pause before a call of the actor's own thread."""
        self.pending = method.__name__
        self._paused.release()
        self._go.acquire()
        if self.fault is Fault.BEFORE:
            raise DiedError
        try:
            result = self._made(method, *args)
        except Exception as error:
            self.log.append(type(error).__name__)
            raise
        if self.fault is Fault.AFTER:
            raise DiedError
        self.log.append(gist(result))
        return result

    def _made(self, method: Callable[..., Any], *args: Any) -> Any:
        """Make the call, unless it is refused; the answer may be lost."""
        if self.fault is Fault.REFUSED:
            raise EndpointRefusedError("ThrottlingException: Rate exceeded")
        result = method(*args)
        if self.fault is Fault.LOST:
            raise EndpointRefusedError("Read timeout on endpoint URL")
        return result

    def _run(self, world: World) -> None:
        try:
            self.act(world)
        except DiedError:
            self.died = True
        except Exception as error:  # noqa: BLE001 - Lambda catches everything, and the test looks at it
            self.error = error
        self.done = True
        self._paused.release()


def gist(result: object) -> str:
    """Tell what an actor has learned by an answer, shortly."""
    match result:
        case EndpointState(revision=revision, rollout=Rollout() as rollout):
            return (
                f"{revision} {rollout.phase} {rollout.step} {rollout.weight} {rollout.since} {rollout.serving_since}"
                f" {rollout.refused} {rollout.falling_back} {rollout.load} {rollout.stable_count}"
            )
        case Live():
            return f"{result.status} {result.config} {[v[1:] for v in map(astuple, result.variants)]}"
        case _:
            return type(result).__name__


class _Port:
    """Any port, with every call passing through its actor's task."""

    def __init__(self, port: Any, task: Task) -> None:
        self._port, self._task = port, task

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)
        return lambda *args: self._task.call(method, *args)
