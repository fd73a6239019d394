"""What is explored: who acts at once, from which moment, and what must be true in the end."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.rollout.operate import Wish
from lambdas.rollout.ports import EndpointBusyError, EndpointRefusedError
from lambdas.rollout.state import Phase
from tests.examples import RELEASE
from tests.explorer import actors
from tests.explorer.actors import alarm, deploy, event, look, operator, scale, stale_alarm, wish
from tests.explorer.explore import ANY, Bounds, Ended, Scenario
from tests.explorer.invariants import NAME, always, comes_to_an_end, nothing_is_compared_that_cannot_be

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.explorer.aws import Aws
    from tests.explorer.schedule import Act

_BACK = {"alarm", "operator", "returning"}
_PATIENT = frozenset({"deploy", "pause", "resume", "operator"})
"""Who acts from a machine of his own, which no timeout ends."""


def _ends(aws: Aws, ended: Ended, acting: dict[str, Act]) -> None:
    """AWS delivers again what died, and everything comes to its end; who asked for a way back has got it."""
    for name in sorted(ended.died):
        with contextlib.suppress(EndpointBusyError, EndpointRefusedError):
            acting[name](aws.world)
    rollout = comes_to_an_end(aws)
    if _BACK & acting.keys() and "workflow" not in acting and rollout and rollout.release.pair == RELEASE.pair:
        assert rollout.phase in (Phase.ROLLED_BACK, Phase.SUPERSEDED), f"it was to go back, and is {rollout.phase}"


def _at_once(aws: Aws, ended: Ended, acting: dict[str, Act]) -> None:
    """Where nobody died and nobody was refused, what is intended is live as soon as everybody is done."""
    rollout = aws.ledger.load(NAME).rollout
    if rollout and not ended.died and not ended.refused and not aws.slow.late:
        aws.complete()
        assert aws.served == rollout.weight, f"{aws.served} is live, and {rollout.weight} intended"
    _ends(aws, ended, acting)


def _started(begin: Callable[[], Aws], **acting: Act) -> Scenario:
    return Scenario(begin, acting, always, lambda aws, ended: _at_once(aws, ended, acting))


def at_once(**acting: Act) -> Scenario:
    """Let actors act at once, from just before a step passes."""
    return _started(actors.about_to_advance, **acting)


def over_time(begin: Callable[[], Aws], **acting: Act) -> Scenario:
    """Let actors act while time passes, or fleets are swapped."""
    return Scenario(begin, acting, always, lambda aws, ended: _ends(aws, ended, acting), _PATIENT)


def whole(**acting: Act) -> Scenario:
    """Let actors act through a whole rollout of two steps, from the event that begins it to its end."""

    def begin() -> Aws:
        return actors.deployed(replace(RELEASE, plan=actors.SHORT), settle=4.0)

    return over_time(begin, event=event, workflow=actors.workflow, **acting)


EVERY, HARMED = Bounds(preemptions=ANY, faults=0), Bounds(preemptions=ANY, faults=1)
"""Every interleaving there is; and each with a fault at any of its calls."""
BRIEF, WIDE = Bounds(preemptions=1, faults=1), Bounds(preemptions=1, faults=0)
SCENARIOS: dict[str, tuple[Scenario, Bounds]] = {
    "a look and an alarm": (at_once(look=look, alarm=alarm), HARMED),
    "a look and an operator": (at_once(look=look, operator=operator), BRIEF),
    "a look and a doubled event": (at_once(look=look, event=event), HARMED),
    "a look and an alarm of before": (at_once(look=look, stale=stale_alarm), HARMED),
    "a look and an alarm that comes twice": (at_once(look=look, alarm=actors.doubled(alarm)), WIDE),
    "a look and a pause": (at_once(look=look, pause=wish(Wish.PAUSE)), HARMED),
    "a pause and an alarm": (at_once(pause=wish(Wish.PAUSE), alarm=alarm), HARMED),
    "two looks and an alarm": (at_once(look=look, again=look, alarm=alarm), WIDE),
    "a look, an alarm and an operator": (at_once(look=look, alarm=alarm, operator=operator), WIDE),
    "a look, an alarm and a doubled event": (at_once(look=look, alarm=alarm, event=event), WIDE),
    "a pause, a resume and a look": (at_once(pause=wish(Wish.PAUSE), resume=wish(Wish.RESUME), look=look), WIDE),
    "a resume and an alarm": (_started(actors.paused, resume=wish(Wish.RESUME), alarm=alarm), HARMED),
    "two looks where nobody has ever asked": (_started(actors.unheard, look=look, again=look), HARMED),
    "two looks where nobody asks any more": (_started(actors.deserted, look=look, again=look), HARMED),
    "a look that raises stable, and an alarm": (_started(actors.about_to_make_room, look=look, alarm=alarm), BRIEF),
    "a look at a canary that is asked other things, and an alarm": (
        replace(
            _started(actors.misdirected, look=look, alarm=alarm),
            always=nothing_is_compared_that_cannot_be,
        ),
        BRIEF,
    ),
    "a look before any capture is read, and an alarm": (
        replace(_started(actors.unread, look=look, alarm=alarm), always=nothing_is_compared_that_cannot_be),
        BRIEF,
    ),
    "a look, autoscaling and an alarm": (
        over_time(actors.about_to_make_room, look=look, scale=scale, alarm=alarm),
        WIDE,
    ),
    "two looks that go another way": (over_time(actors.about_to_go_another_way, look=look, again=look), HARMED),
    "a look that goes another way, and an alarm": (
        over_time(actors.about_to_go_another_way, look=look, alarm=alarm),
        BRIEF,
    ),
    "a look that stalls, and a rollback that is settled": (
        over_time(actors.about_to_advance, look=look, returning=actors.returning),
        BRIEF,
    ),
    "a rollback that is settled, and a deploy that was planned before": (
        over_time(actors.about_to_advance, returning=actors.returning, deploy=deploy(actors.RESHAPED)),
        BRIEF,
    ),
    "a rollback that is settled, and a laptop that slept": (
        over_time(actors.paused, returning=actors.returning, resume=wish(Wish.RESUME)),
        WIDE,
    ),
    "a look and a deploy of others": (
        over_time(actors.about_to_advance, look=look, deploy=deploy(actors.OTHERS), event=event),
        BRIEF,
    ),
    "an alarm and a deploy of the same": (
        over_time(actors.about_to_advance, alarm=alarm, deploy=deploy(actors.RESHAPED)),
        HARMED,
    ),
    "an alarm and a deploy of others": (
        over_time(actors.about_to_advance, alarm=alarm, deploy=deploy(actors.OTHERS)),
        HARMED,
    ),
    "a whole rollout": (whole(), HARMED),
    "a whole rollout and an alarm": (whole(alarm=alarm), WIDE),
    "a whole rollout and a deploy": (whole(deploy=deploy(actors.OTHERS)), EVERY),
    "a whole rollout, a pause and a resume": (whole(pause=wish(Wish.PAUSE), resume=wish(Wish.RESUME)), WIDE),
}
LONGER: dict[str, tuple[Scenario, Bounds]] = {
    "a whole rollout and a deploy, with a fault": (whole(deploy=deploy(actors.OTHERS)), BRIEF),
    "a whole rollout and an alarm, in every order": (whole(alarm=alarm), EVERY),
    "a whole rollout and an alarm, with a fault": (whole(alarm=alarm), BRIEF),
    "a look and an operator, in every order": (at_once(look=look, operator=operator), HARMED),
    "a look that raises stable, and an alarm, in every order": (
        _started(actors.about_to_make_room, look=look, alarm=alarm),
        HARMED,
    ),
    "a look that stalls, and a rollback that is settled, in every order": (
        over_time(actors.about_to_advance, look=look, returning=actors.returning),
        EVERY,
    ),
    "a whole rollout, an alarm and a deploy": (whole(alarm=alarm, deploy=deploy(actors.OTHERS)), WIDE),
}
"""What takes minutes: `make explore`."""
