"""Serinus, each time with one thing wrong: in a port, in what an actor does, or in a rule of the core.

A port or an actor is handed in. Where the fault sits in a function that others call by name, that name is replaced
for the time of the exploration.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.control import advance as advancing
from lambdas.control import begin as beginning
from lambdas.control import enforce as enforcing
from lambdas.control import take_back as taking_back
from lambdas.control import tell as telling
from lambdas.control.record import record
from lambdas.control.take_back import take_back
from lambdas.rollout import asked as asking
from lambdas.rollout import begin as starting
from lambdas.rollout import decide as deciding
from lambdas.rollout.decision import Decision, all_pass, hold, roll_back
from lambdas.rollout.ports import ConflictError, Turn
from lambdas.rollout.state import EndpointState, Entry, Kind, Phase, Rollout
from tests.explorer import actors
from tests.explorer.aws import Aws, OpenLedger
from tests.explorer.invariants import NAME, needs_nothing_else
from tests.explorer.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.control.world import World
    from lambdas.rollout.decision import Seen
    from lambdas.rollout.letter import Letter
    from lambdas.rollout.live import Live
    from tests.explorer.explore import Scenario
    from tests.explorer.schedule import Act


class Mutant(NamedTuple):
    """What is wrong: which scenario shows it, and the sentence of the invariant that does not hold then.

    ``acting`` takes the place of the scenario's actors, ``begin`` of how AWS is at first, and ``rules`` of names in
    the product's modules.
    """

    scenario: str
    breaks: str
    rules: tuple[tuple[object, str, object], ...] = ()
    acting: dict[str, Act] | None = None
    begin: Callable[[], Aws] | None = None

    @property
    def explored(self) -> Scenario:
        """The scenario with the fault in it; up to its first moment nothing is wrong with the rules."""
        found = SCENARIOS[self.scenario][0]
        first = (self.begin or found.begin)()
        return replace(found, begin=lambda: first, actors={**found.actors, **(self.acting or {})})


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


def _on(ledger: OpenLedger) -> Callable[[], Aws]:
    def begin() -> Aws:
        aws = actors.about_to_advance()
        for name, value in vars(aws.ledger).items():
            setattr(ledger, name, value)
        aws.ledger = ledger
        aws.wire()
        return aws

    return begin


def _without_reading_again(world: World, state: EndpointState, seen: Live | None = None) -> None:
    del seen
    served = world.endpoints.live(NAME)
    if served and state.rollout and served.desired != state.rollout.shares:
        world.endpoints.set_canary_weight(served, state.rollout.weight, Turn(1, state.revision))


def _whatever_the_pair(world: World, state: EndpointState, seen: Live | None = None) -> None:
    del seen
    served, rollout = world.endpoints.live(NAME), state.rollout
    if served and rollout and served.desired != rollout.shares:
        world.endpoints.set_canary_weight(served, rollout.weight, Turn(rollout.number, state.revision))


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


def _again_and_again(world: World, endpoint: str, cause: str, against: tuple[str, str], since: float | None) -> Any:
    """Turn round whatever has been decided before."""
    del since
    state = world.ledger.load(endpoint)
    assert state.rollout is not None
    decision = Decision(Kind.ROLL_BACK, against[1], replace(state.rollout, phase=Phase.PROGRESSING, weight=0))
    state = record(world, state, decision, cause=cause)
    decision = roll_back(decision.rollout, world.now(), against[1])
    return record(world, state, decision, cause=cause), decision


def _only_a_running_one(world: World, endpoint: str, **asked: Any) -> Decision | None:
    """Take back what is PROGRESSING, and ignore an alarm while it is paused."""
    rollout = world.ledger.load(endpoint).rollout
    return take_back(world, endpoint, **asked) if rollout and rollout.phase is Phase.PROGRESSING else None


def _alarm_ignored_while_paused(world: World) -> None:
    _only_a_running_one(world, NAME, cause="alarm a", reason="20 > 5", alarm_since=world.now())


def _looks_at_cloudwatch_first(world: World) -> None:
    narrow = needs_nothing_else(world)
    if not narrow.metrics.firing(("a",)):
        take_back(narrow, NAME, cause="alarm a", reason="20 > 5")


def _settles_at_once(rollout: Rollout, seen: Seen) -> Decision | None:
    if rollout.phase is not Phase.ROLLING_BACK or seen.live.shares or not seen.live.settled:
        return None
    return Decision(Kind.ROLL_BACK, "settled", replace(rollout, phase=Phase.ROLLED_BACK, since=seen.now))


def _passes_without_evidence(rollout: Rollout, seen: Seen) -> Decision | None:
    """What is not proven to be bad is good."""
    if rollout.step + 1 < len(rollout.plan.steps):
        return deciding.enter(rollout, seen.now, "nothing speaks against it")
    return Decision(Kind.PROMOTE, "nothing speaks against it", replace(rollout, phase=Phase.PROMOTED, weight=10_000))


def _passes_on_what_was(rollout: Rollout, seen: Seen) -> Decision | None:
    """What has passed at one weight needs no data of the next."""
    return _passes_without_evidence(rollout, seen) if all_pass(seen.verdicts) else None


def _promotes_at_once(rollout: Rollout, seen: Seen) -> Decision | None:
    """One step's PASS is everybody's."""
    if rollout.phase is not Phase.PROGRESSING or not seen.verdicts:
        return None
    return Decision(Kind.PROMOTE, "it serves", replace(rollout, phase=Phase.PROMOTED, weight=10_000))


def _for_ever(rollout: Rollout, served: Live, now: float) -> Decision:
    del served, now
    return hold(rollout, "it will come")


def _begins_anew(state: EndpointState, release: Any, live: Live, now: float) -> Any:
    """Begin at each event: not idempotent."""
    if not live.settled or live.pair != release.pair or release.canary is None:
        return None
    number = state.rollout.number + 1 if state.rollout else 1
    return Decision(Kind.BEGIN, "in service", Rollout(number=number, release=release, began=now, since=now))


def _begins_again(state: EndpointState, release: Any, live: Live, now: float) -> Any:
    """Begin the same rollout at each event."""
    found = _begins_anew(replace(state, rollout=None), release, live, now)
    return found if state.rollout is None or state.rollout.phase is not Phase.PENDING else None


def _rules(*pairs: tuple[Any, Any]) -> tuple[tuple[object, str, object], ...]:
    """The rules of `decide`, with some replaced."""
    instead = dict(pairs)
    return ((deciding, "_RULES", tuple(instead.get(rule, rule) for rule in deciding._RULES)),)


_ALWAYS_LOOKS = (beginning, "worth_a_look", lambda *_: True)
"""What `begin` would do with each event; the ledger alone keeps most of them from it."""


def _enforce(mutant: object) -> tuple[tuple[object, str, object], ...]:
    return tuple((module, "enforce", mutant) for module in (advancing, taking_back))


def _nobody_minds(rollout: Rollout, live: Live) -> None:
    del rollout, live


def _out_first(world: World, letter: Letter) -> bool:
    world.outbox.sent(letter)
    world.notifier.tell(letter.subject, letter.text)
    return True


def _whatever_is_asked(world: World, rollout: Rollout, decision: Decision) -> Decision:
    del world, rollout
    return decision


def _as_decided(rollout: Rollout, now: float, decision: Decision, found: object) -> Decision:
    del rollout, now, found
    return decision


def _never(*_: object) -> None:
    """A rule that is not there."""


LOOK, STALLS = "a look and an alarm", "a look that stalls, and a rollback that is settled"
MUTANTS: dict[str, Mutant] = {
    "no lease: everybody writes over everybody": Mutant(LOOK, "comes back", begin=_on(Lawless())),
    "a decision without its line of history": Mutant(LOOK, "ahead of its history", begin=_on(Halved())),
    "weights before the ledger": Mutant(
        LOOK, "asked for", tuple((module, "record", _weights_first) for module in (advancing, taking_back))
    ),
    "no reading again after a write": Mutant(LOOK, "live, and", _enforce(_without_reading_again)),
    "a conflict is taken for an answer": Mutant(LOOK, "it was to go back", ((taking_back, "_turn_round", _once),)),
    "what turned round turns round again": Mutant(
        "a look and an alarm that comes twice", "comes back", ((taking_back, "_turn_round", _again_and_again),)
    ),
    "a rollback that looks at alarms": Mutant(LOOK, "a rollback needs", acting={"alarm": _looks_at_cloudwatch_first}),
    "an alarm is ignored while paused": Mutant(
        "a pause and an alarm", "it was to go back", acting={"alarm": _alarm_ignored_while_paused}
    ),
    "a rollback is settled at once": Mutant(
        STALLS, "after the rollback was settled", _rules((deciding._finish_rollback, _settles_at_once))
    ),
    "no news is good news": Mutant(
        "two looks where nobody has ever asked", "without a PASS", _rules((deciding._pass, _passes_without_evidence))
    ),
    "what passed at one weight passes at the next": Mutant(
        "two looks where nobody asks any more", "nobody has asked", _rules((deciding._pass, _passes_on_what_was))
    ),
    "one PASS promotes": Mutant(LOOK, "a step too far", _rules((deciding._bake, _promotes_at_once))),
    "asks for weights for ever": Mutant(
        "two looks that go another way", "ROLLING_BACK", ((deciding, "insist", _for_ever),)
    ),
    "begins at each event": Mutant(
        "a look and a doubled event", "begins", (_ALWAYS_LOOKS, (beginning, "begin", _begins_anew))
    ),
    "an event that comes twice counts twice": Mutant(
        "a look and a doubled event", "begins twice", (_ALWAYS_LOOKS, (beginning, "begin", _begins_again))
    ),
    "nobody starts the workflow": Mutant(
        "a resume and an alarm", "ends in", ((taking_back, "execution", lambda *_: "mortgage-1-0"),)
    ),
    "weights for whatever pair is live": Mutant(
        "a look and a deploy of others", "wrote to", _enforce(_whatever_the_pair)
    ),
    "weights in the moment of a swap": Mutant(
        "an alarm and a deploy of others", "wrote to", ((enforcing, "_require_rest", _nobody_minds),)
    ),
    "others go live, and nobody notices": Mutant(
        "a look and a deploy of others",
        "ends in PROGRESSING",
        (*_rules((deciding._superseded, _never)), (beginning, "begin", _never)),
    ),
    "whoever decides tells, and nobody else": Mutant(
        LOOK, "were not told of", tuple((module, "remind", _never) for module in (advancing, beginning))
    ),
    "a letter that leaves before it is sent": Mutant(LOOK, "never told", ((telling, "_send", _out_first),)),
    "whatever the arms are asked, they are compared": Mutant(
        "a look at a canary that is asked other things, and an alarm",
        "asked other things",
        ((advancing, "compare_inputs", _whatever_is_asked),),
    ),
    "captures that nobody has read show nothing": Mutant(
        "a look before any capture is read, and an alarm",
        "asked other things",
        ((asking, "_too_few", _as_decided),),
    ),
    "what has traffic again is left alone": Mutant(
        "a rollback that is settled, and a deploy that was planned before",
        "are live, and",
        ((starting, "_once_more", _never),),
    ),
}
