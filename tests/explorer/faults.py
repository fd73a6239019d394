"""Parts of Serinus, each with one thing wrong: ledgers, actors, and functions that others call by name."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambdas.control import advance as advancing
from lambdas.control import begin as beginning
from lambdas.control import take_back as taking_back
from lambdas.control.record import record
from lambdas.control.take_back import take_back
from lambdas.rollout import decide as deciding
from lambdas.rollout.decision import Decision, all_pass, hold, roll_back
from lambdas.rollout.ports import ConflictError, Turn
from lambdas.rollout.state import EndpointState, Entry, Kind, Phase, Rollout
from tests.explorer import actors
from tests.explorer.aws import Aws, OpenLedger
from tests.explorer.invariants import NAME, needs_nothing_else

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.control.world import World
    from lambdas.rollout.decision import Seen
    from lambdas.rollout.letter import Letter
    from lambdas.rollout.live import Live


class Lawless(OpenLedger):
    """A ledger that lets everybody write over everybody."""

    def taken(self, state: EndpointState) -> bool:
        del state
        return False


class Halved(OpenLedger):
    """A ledger whose state is written, and the line of history only where nobody has died in between."""

    def keep(self, state: EndpointState, entry: Entry | None) -> None:
        super().keep(state, entry)
        if entry and entry.phase is Phase.ROLLING_BACK:
            self.entries.pop()


def on(ledger: OpenLedger) -> Callable[[], Aws]:
    def begin() -> Aws:
        aws = actors.about_to_advance()
        for name, value in vars(aws.ledger).items():
            setattr(ledger, name, value)
        aws.ledger = ledger
        aws.wire()
        return aws

    return begin


def without_reading_again(world: World, state: EndpointState, seen: Live | None = None) -> None:
    del seen
    served = world.endpoints.live(NAME)
    if served and state.rollout and served.desired != state.rollout.shares:
        world.endpoints.set_canary_weight(served, state.rollout.weight, Turn(1, state.revision))


def whatever_the_pair(world: World, state: EndpointState, seen: Live | None = None) -> None:
    del seen
    served, rollout = world.endpoints.live(NAME), state.rollout
    if served and rollout and served.desired != rollout.shares:
        world.endpoints.set_canary_weight(served, rollout.weight, Turn(rollout.number, state.revision))


def weights_first(world: World, state: EndpointState, decision: Decision, **rest: Any) -> EndpointState:
    served = world.endpoints.live(NAME)
    if served and served.desired != decision.rollout.shares:
        world.endpoints.set_canary_weight(served, decision.rollout.weight, Turn(1, state.revision))
    return record(world, state, decision, **rest)


def once(world: World, endpoint: str, cause: str, against: tuple[str, str], since: float | None) -> Any:
    """Turn round, and leave it at that where somebody else committed in between."""
    del since
    state = world.ledger.load(endpoint)
    if state.rollout is None or state.rollout.phase is Phase.ROLLING_BACK:
        return state, None
    decision = roll_back(state.rollout, world.now(), against[1])
    with contextlib.suppress(ConflictError):
        return record(world, state, decision, cause=cause), decision
    return state, None


def again_and_again(world: World, endpoint: str, cause: str, against: tuple[str, str], since: float | None) -> Any:
    """Turn round whatever has been decided before."""
    del since
    state = world.ledger.load(endpoint)
    assert state.rollout is not None
    decision = Decision(Kind.ROLL_BACK, against[1], replace(state.rollout, phase=Phase.PROGRESSING, weight=0))
    state = record(world, state, decision, cause=cause)
    decision = roll_back(decision.rollout, world.now(), against[1])
    return record(world, state, decision, cause=cause), decision


def only_a_running_one(world: World, endpoint: str, **asked: Any) -> Decision | None:
    """Take back what is PROGRESSING, and ignore an alarm while it is paused."""
    rollout = world.ledger.load(endpoint).rollout
    return take_back(world, endpoint, **asked) if rollout and rollout.phase is Phase.PROGRESSING else None


def alarm_ignored_while_paused(world: World) -> None:
    only_a_running_one(world, NAME, cause="alarm a", reason="20 > 5", alarm_since=world.now())


def looks_at_cloudwatch_first(world: World) -> None:
    narrow = needs_nothing_else(world)
    if not narrow.metrics.firing(("a",)):
        take_back(narrow, NAME, cause="alarm a", reason="20 > 5")


def settles_at_once(rollout: Rollout, seen: Seen) -> Decision | None:
    if rollout.phase is not Phase.ROLLING_BACK or seen.live.shares or not seen.live.settled:
        return None
    return Decision(Kind.ROLL_BACK, "settled", replace(rollout, phase=Phase.ROLLED_BACK, since=seen.now))


def passes_without_evidence(rollout: Rollout, seen: Seen) -> Decision | None:
    """What is not proven to be bad is good."""
    if rollout.step + 1 < len(rollout.plan.steps):
        return deciding.enter(rollout, seen.now, "nothing speaks against it")
    return Decision(Kind.PROMOTE, "nothing speaks against it", replace(rollout, phase=Phase.PROMOTED, weight=10_000))


def passes_on_what_was(rollout: Rollout, seen: Seen) -> Decision | None:
    """What has passed at one weight needs no data of the next."""
    return passes_without_evidence(rollout, seen) if all_pass(seen.verdicts) else None


def promotes_at_once(rollout: Rollout, seen: Seen) -> Decision | None:
    """One step's PASS is everybody's."""
    if rollout.phase is not Phase.PROGRESSING or not seen.verdicts:
        return None
    return Decision(Kind.PROMOTE, "it serves", replace(rollout, phase=Phase.PROMOTED, weight=10_000))


def for_ever(rollout: Rollout, served: Live, now: float) -> Decision:
    del served, now
    return hold(rollout, "it will come")


def begins_anew(state: EndpointState, release: Any, live: Live, now: float) -> Any:
    """Begin at each event: not idempotent."""
    if not live.settled or live.pair != release.pair or release.canary is None:
        return None
    number = state.rollout.number + 1 if state.rollout else 1
    return Decision(Kind.BEGIN, "in service", Rollout(number=number, release=release, began=now, since=now))


def begins_again(state: EndpointState, release: Any, live: Live, now: float) -> Any:
    """Begin the same rollout at each event."""
    found = begins_anew(replace(state, rollout=None), release, live, now)
    return found if state.rollout is None or state.rollout.phase is not Phase.PENDING else None


def rules(*pairs: tuple[Any, Any]) -> tuple[tuple[object, str, object], ...]:
    """The rules of `decide`, with some replaced."""
    instead = dict(pairs)
    return ((deciding, "_RULES", tuple(instead.get(rule, rule) for rule in deciding._RULES)),)


ALWAYS_LOOKS = (beginning, "worth_a_look", lambda *_: True)
"""What `begin` would do with each event; the ledger alone keeps most of them from it."""


def enforce(mutant: object) -> tuple[tuple[object, str, object], ...]:
    return tuple((module, "enforce", mutant) for module in (advancing, taking_back))


def nobody_minds(rollout: Rollout, live: Live) -> None:
    del rollout, live


def out_first(world: World, letter: Letter) -> bool:
    world.outbox.sent(letter)
    world.notifier.tell(letter.subject, letter.text)
    return True


def whatever_is_asked(world: World, rollout: Rollout, decision: Decision) -> Decision:
    del world, rollout
    return decision


def as_decided(rollout: Rollout, now: float, decision: Decision, found: object) -> Decision:
    del rollout, now, found
    return decision


def never(*_: object) -> None:
    """A rule that is not there."""
