"""The drill itself: deploy the saboteur, follow it, and put the endpoint back, whatever happens."""

import contextlib
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.text import Text

from cli.connect import Site
from cli.drill.bell import Bell
from cli.drill.course import course
from cli.drill.serving import Serving
from cli.quantities import duration, utc
from cli.watch import watch
from lambdas.control.take_back import take_back
from lambdas.rollout.live import Live
from lambdas.rollout.state import Phase, Rollout

TO_BEGIN = 900
"""Seconds that a rollout may take to give its canary the first requests: it waits for alarms of the past to clear."""
TO_SETTLE = 1_800
"""Seconds that a rollback may take to settle: where SageMaker takes no weights it swaps fleets."""
_EVERY = 2.0


class _EnoughError(Exception):
    """What the drill waits for did not happen in time, or somebody wants it to end."""


class _NotAsBeforeError(Exception):
    """The endpoint is not what it was; the message says what is different."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """What went wrong, a sentence each or nothing.

    ``sabotaged`` is about the saboteur's deploy and its rollout, ``returned`` about aborting what nobody took back,
    and ``restored`` about putting the endpoint back.
    """

    sabotaged: str
    returned: str
    restored: str


@dataclass(frozen=True, slots=True)
class Order:
    """A drill of an endpoint: ``version`` must be off within ``bound`` seconds, and ``before`` serve again."""

    endpoint: str
    version: str
    bound: int
    before: Live


@dataclass(frozen=True, slots=True)
class Exercise:
    """A drill on one endpoint; ``wait`` lets seconds pass between two looks."""

    site: Site
    order: Order
    serving: Serving
    console: Console
    bell: Bell
    wait: Callable[[float], None]

    @property
    def rollout(self) -> Rollout | None:
        """The saboteur's rollout, None before it has begun."""
        rollout = self.site.world.ledger.load(self.order.endpoint).rollout
        return rollout if rollout and rollout.canary == self.order.version else None

    def carry_out(self) -> Troubles:
        """Do all of it: each part is tried, whatever became of the one before."""
        sabotaged, returned, restored = map(_tried, (self._sabotage, self._return, self._restore))
        if restored and self._under_way:
            returned, restored = map(_tried, (self._return, self._restore))
        return Troubles(sabotaged, returned, restored)

    def _sabotage(self) -> None:
        self._say(f"deploying {self.order.version}, which must be taken back within {duration(self.order.bound)}")
        self.serving.sabotage()
        self._follow()

    def _return(self) -> None:
        """Abort a rollout that nobody has taken back; wait until it has settled."""
        rollout = self.rollout
        if rollout is None or rollout.phase.ended:
            return
        why = "somebody has interrupted it" if self.bell.rung else "nobody has taken its saboteur back"
        reason = f"a fire drill ends: {why}"
        if rollout.phase is not Phase.ROLLING_BACK:
            self._say(f"aborting {rollout.title}: {reason}")
        take_back(self.site.world, self.order.endpoint, cause=f"operator {self.site.who()}", reason=reason)
        self._settle()

    @property
    def _under_way(self) -> bool:
        """Whether a rollout is in progress after all: a deploy ends some seconds before its rollout begins."""
        try:
            rollout = self.rollout
        except (BotoCoreError, ClientError):
            return False
        return rollout is not None and not rollout.phase.ended

    def _restore(self) -> None:
        """Deploy the environment file as it was, and see that nothing is left of the drill."""
        self._say("putting the endpoint back")
        self.serving.restore()
        live = self.site.world.endpoints.live(self.order.endpoint)
        if live is None or not live.settled:
            raise _NotAsBeforeError(f"the endpoint is {live.words if live else 'gone'}")
        if (live.pair, live.shape) != (self.order.before.pair, self.order.before.shape) or live.shares:
            raise _NotAsBeforeError(f"{live.config} serves, which is not what served before")
        if self.serving.pending():
            raise _NotAsBeforeError("Terraform would change something still")
        self._say("the endpoint is as it was, and Terraform has nothing to do")

    def _follow(self) -> None:
        """Show the rollout until it has ended, or it is too late for that, or somebody wants the drill to end."""
        deployed = self.site.world.now()

        def pause(seconds: float) -> None:
            if self.bell.rung or self.site.world.now() > self._deadline(deployed):
                raise _EnoughError
            self.wait(seconds)

        asked = Namespace(endpoint=self.order.endpoint, every=_EVERY, json=False)
        with contextlib.suppress(_EnoughError):
            watch(self.site, asked, self.console, pause)

    def _settle(self) -> None:
        until = self.site.world.now() + TO_SETTLE
        while (rollout := self.rollout) and not rollout.phase.ended:
            if self.site.world.now() > until:
                raise _NotAsBeforeError(f"{rollout.title} is still {rollout.phase} after {duration(TO_SETTLE)}")
            self.wait(_EVERY)

    def _deadline(self, deployed: float) -> float:
        rollout = self.rollout
        if rollout and rollout.phase is Phase.ROLLING_BACK:
            return rollout.since + TO_SETTLE
        entries = self.site.world.ledger.history(self.order.endpoint, rollout.number) if rollout else ()
        first = course(entries).first
        return deployed + TO_BEGIN if first is None else first + self.order.bound

    def _say(self, sentence: str) -> None:
        self.console.print(Text(f"{utc(self.site.world.now())}  {sentence}", "bold"), soft_wrap=True)


def _tried(part: Callable[[], None]) -> str:
    """Do a part; returns what went wrong, which must not keep the next one from being done."""
    try:
        part()
    except Exception as error:  # noqa: BLE001 - whatever it was, the endpoint is put back, and the evidence tells
        return str(error) or type(error).__name__
    return ""
