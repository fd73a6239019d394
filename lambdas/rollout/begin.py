"""What a deploy that has come into service means for the ledger."""

from dataclasses import dataclass, replace

from lambdas.rollout.decision import Decision, percent, roll_back, supersede
from lambdas.rollout.live import Live
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Kind, Phase, Rollout


@dataclass(frozen=True, slots=True)
class Noted:
    """The ledger shall know something, with nothing to decide: a version has proven itself by serving."""

    state: EndpointState


def begin(state: EndpointState, release: Release, live: Live, now: float) -> Decision | Noted | None:
    """Begin, supersede, take back once more or note; None where the ledger already says all that is to be said.

    Safe to ask at any time and any number of times: it compares what was asked (``release``) with what serves
    (``live``), and does nothing until they are the same.
    """
    if not live.settled or live.pair != release.pair:
        return None
    current = state.in_progress
    if current and current.release.pair != release.pair:
        return supersede(current, now, f"a deploy made {_words(release)} live")
    if release.canary is None:
        noted = with_proven(state, release.stable)
        return Noted(noted) if noted != state else None
    if state.rollout and state.rollout.release.pair == release.pair:
        return _once_more(state.rollout, live, now)
    number = state.rollout.number + 1 if state.rollout else 1
    rollout = Rollout(number=number, release=release, began=now, since=now)
    return Decision(Kind.BEGIN, f"{_words(release)} in service{_besides(release)}", rollout)


def _once_more(rollout: Rollout, live: Live, now: float) -> Decision | None:
    """Take back again what was taken back and has traffic all the same.

    A deploy brings the weights of the moment in which it was planned, and a laptop that slept in the middle of
    `serinus resume` writes when it wakes. Only downwards: more than is intended is nobody's wish, less may be one.
    """
    if rollout.phase is not Phase.ROLLED_BACK or not live.shares:
        return None
    reason = f"the canary was rolled back, and somebody gave it {percent(live.canary_weight)} again"
    again = roll_back(rollout, now, reason)
    return again._replace(rollout=replace(again.rollout, refused=None, falling_back=False))


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
