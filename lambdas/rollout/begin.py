"""What a deploy that has come into service means for the ledger."""

from dataclasses import dataclass, replace

from lambdas.rollout.decision import Decision, hold, roll_back, supersede
from lambdas.rollout.live import Live
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Kind, Phase, Rollout


@dataclass(frozen=True, slots=True)
class Noted:
    """The ledger shall know something, with nothing to decide: a version has proven itself by serving."""

    state: EndpointState


def begin(state: EndpointState, release: Release, live: Live, now: float) -> Decision | Noted | None:
    """Begin, supersede, adopt, turn round or note; None where the ledger already says all that is to be said.

    Safe to ask at any time and any number of times: it compares what was asked (``release``) with what serves
    (``live``), and does nothing until they are the same.
    """
    if not live.settled or live.pair != release.pair:
        return None
    current = state.in_progress
    if current and current.release.pair != release.pair:
        return supersede(current, now, f"a deploy made {_words(release)} live")
    if current:
        return adopt(current, release, live)
    if release.canary is None:
        noted = with_proven(state, release.stable)
        return Noted(noted) if noted != state else None
    if state.rollout and state.rollout.release.pair == release.pair:
        return _again(state.rollout, live, now)
    number = state.rollout.number + 1 if state.rollout else 1
    rollout = Rollout(number=number, release=release, began=now, since=now)
    return Decision(Kind.BEGIN, f"{_words(release)} in service{_besides(release)}", rollout)


def _again(rollout: Rollout, live: Live, now: float) -> Decision | None:
    """Turn round once more where a canary that was rolled back has traffic: a plan that was saved before, say."""
    if rollout.phase is not Phase.ROLLED_BACK or not live.shares:
        return None
    return roll_back(rollout, now, f"{rollout.title} was rolled back, and its canary has traffic again: {live.words}")


def adopt(rollout: Rollout, release: Release, live: Live) -> Decision | None:
    """Go on with the same models in what a deploy in mid-rollout has replaced, such as instances; None if nothing is.

    The plan stays as it was reviewed. The configurations to go to, and back by, are the deploy's: it deletes others.
    """
    deployed = replace(release, plan=rollout.release.plan)
    same = rollout.release.pair == release.pair == live.pair
    if not same or deployed == rollout.release or not (live.settled and release.owns(live.config)):
        return None
    reason = f"another deploy of {_words(release)} serves; {rollout.title} goes on"
    return hold(replace(rollout, release=deployed), reason)


def unsaid(state: EndpointState, release: Release) -> bool:
    """Tell whether the ledger has yet to hear of this release."""
    if release.canary is None:
        return release.stable not in state.proven
    return state.rollout is None or state.rollout.release.pair != release.pair


def with_proven(state: EndpointState, version: str) -> EndpointState:
    """Add a version to the proven ones."""
    return state if version in state.proven else replace(state, proven=(*state.proven, version))


def without_proven(state: EndpointState, version: str) -> EndpointState:
    """Take a version that was rolled back out of the proven ones."""
    return replace(state, proven=tuple(proven for proven in state.proven if proven != version))


def _words(release: Release) -> str:
    beside = f" beside {release.stable}" if release.canary else ""
    return f"{release.canary or release.stable}{beside}"


def _besides(release: Release) -> str:
    named = [f"{challenger.name} ({challenger.version})" for challenger in release.challengers]
    return f"; challengers: {', '.join(named)}" if named else ""
