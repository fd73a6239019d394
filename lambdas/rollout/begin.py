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
    """Begin, supersede, adopt, take back once more or note; None where the ledger already says all there is to say.

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
    reason = f"{rollout.title} was rolled back, and its canary has traffic again: {live.words}"
    again = roll_back(rollout, now, reason)
    return again._replace(rollout=replace(again.rollout, refused=None, falling_back=False))


def adopt(rollout: Rollout, release: Release, live: Live) -> Decision | None:
    """Go on with the same models in what a deploy in mid-rollout has replaced, such as instances; None if nothing is.

    The plan stays as it was reviewed. The configurations to go to, and back by, are the deploy's: it deletes others.
    """
    same = rollout.release.pair == release.pair == live.pair
    if not (same and _replaced(rollout, release) and live.settled and release.owns(live.config)):
        return None
    reason = f"another deploy of {_words(release)} serves; {rollout.title} goes on"
    return hold(replace(rollout, release=replace(release, plan=rollout.release.plan)), reason)


def _replaced(rollout: Rollout, release: Release) -> bool:
    """Tell whether a deploy has changed more than the plan of a rollout."""
    return replace(release, plan=rollout.release.plan) != rollout.release


def worth_a_look(state: EndpointState, release: Release) -> bool:
    """Tell from the ledger alone whether what serves may mean anything new; mostly its weights have changed."""
    rollout = state.rollout
    if unsaid(state, release) or rollout is None:
        return unsaid(state, release)
    unsettled = rollout.phase in (Phase.PENDING, Phase.ROLLING_BACK, Phase.ROLLED_BACK)
    return unsettled or (not rollout.phase.ended and _replaced(rollout, release))


def unsaid(state: EndpointState, release: Release) -> bool:
    """Tell whether the ledger has yet to hear of this release, or has a rollout under way that it supersedes."""
    if state.in_progress and state.in_progress.release.pair != release.pair:
        return True
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
