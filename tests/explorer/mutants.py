"""Serinus, each time with one thing wrong: in a port, in what an actor does, or in a rule of the core.

A port or an actor is handed in. Where the fault sits in a function that others call by name, that name is replaced
for the time of the exploration.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lambdas.control import advance as advancing
from lambdas.control import begin as beginning
from lambdas.control import enforce as enforcing
from lambdas.control import take_back as taking_back
from lambdas.control import tell as telling
from lambdas.rollout import asked as asking
from lambdas.rollout import begin as starting
from lambdas.rollout import decide as deciding
from tests.explorer.faults import (
    ALWAYS_LOOKS,
    Halved,
    Lawless,
    again_and_again,
    alarm_ignored_while_paused,
    as_decided,
    begins_again,
    begins_anew,
    enforce,
    for_ever,
    looks_at_cloudwatch_first,
    never,
    nobody_minds,
    on,
    once,
    out_first,
    passes_on_what_was,
    passes_without_evidence,
    promotes_at_once,
    rules,
    settles_at_once,
    weights_first,
    whatever_is_asked,
    whatever_the_pair,
    without_reading_again,
)
from tests.explorer.scenarios import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.explorer.aws import Aws
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


LOOK, STALLS = "a look and an alarm", "a look that stalls, and a rollback that is settled"
MUTANTS: dict[str, Mutant] = {
    "no lease: everybody writes over everybody": Mutant(LOOK, "comes back", begin=on(Lawless())),
    "a decision without its line of history": Mutant(LOOK, "ahead of its history", begin=on(Halved())),
    "weights before the ledger": Mutant(
        LOOK, "asked for", tuple((module, "record", weights_first) for module in (advancing, taking_back))
    ),
    "no reading again after a write": Mutant(LOOK, "live, and", enforce(without_reading_again)),
    "a conflict is taken for an answer": Mutant(LOOK, "it was to go back", ((taking_back, "_turn_round", once),)),
    "what turned round turns round again": Mutant(
        "a look and an alarm that comes twice", "comes back", ((taking_back, "_turn_round", again_and_again),)
    ),
    "a rollback that looks at alarms": Mutant(LOOK, "a rollback needs", acting={"alarm": looks_at_cloudwatch_first}),
    "an alarm is ignored while paused": Mutant(
        "a pause and an alarm", "it was to go back", acting={"alarm": alarm_ignored_while_paused}
    ),
    "a rollback is settled at once": Mutant(
        STALLS, "after the rollback was settled", rules((deciding._finish_rollback, settles_at_once))
    ),
    "no news is good news": Mutant(
        "two looks where nobody has ever asked", "without a PASS", rules((deciding._pass, passes_without_evidence))
    ),
    "what passed at one weight passes at the next": Mutant(
        "two looks where nobody asks any more", "nobody has asked", rules((deciding._pass, passes_on_what_was))
    ),
    "one PASS promotes": Mutant(LOOK, "a step too far", rules((deciding._bake, promotes_at_once))),
    "asks for weights for ever": Mutant(
        "two looks that go another way", "ROLLING_BACK", ((deciding, "insist", for_ever),)
    ),
    "begins at each event": Mutant(
        "a look and a doubled event", "begins", (ALWAYS_LOOKS, (beginning, "begin", begins_anew))
    ),
    "an event that comes twice counts twice": Mutant(
        "a look and a doubled event", "begins twice", (ALWAYS_LOOKS, (beginning, "begin", begins_again))
    ),
    "nobody starts the workflow": Mutant(
        "a resume and an alarm", "ends in", ((taking_back, "execution", lambda *_: "mortgage-1-0"),)
    ),
    "weights for whatever pair is live": Mutant(
        "a look and a deploy of others", "wrote to", enforce(whatever_the_pair)
    ),
    "weights in the moment of a swap": Mutant(
        "an alarm and a deploy of others", "wrote to", ((enforcing, "_require_rest", nobody_minds),)
    ),
    "others go live, and nobody notices": Mutant(
        "a look and a deploy of others",
        "ends in PROGRESSING",
        (*rules((deciding._superseded, never)), (beginning, "begin", never)),
    ),
    "whoever decides tells, and nobody else": Mutant(
        LOOK, "were not told of", tuple((module, "remind", never) for module in (advancing, beginning))
    ),
    "a letter that leaves before it is sent": Mutant(LOOK, "never told", ((telling, "_send", out_first),)),
    "whatever the arms are asked, they are compared": Mutant(
        "a look at a canary that is asked other things, and an alarm",
        "asked other things",
        ((advancing, "compare_inputs", whatever_is_asked),),
    ),
    "captures that nobody has read show nothing": Mutant(
        "a look before any capture is read, and an alarm",
        "asked other things",
        ((asking, "_too_few", as_decided),),
    ),
    "what has traffic again is left alone": Mutant(
        "a rollback that is settled, and a deploy that was planned before",
        "are live, and",
        ((starting, "_once_more", never),),
    ),
}
