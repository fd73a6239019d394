"""The seven invariants of DESIGN 4.4, each a function that looks at AWS as it is; and that every run ends well."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.rollout.decision import all_pass
from lambdas.rollout.plan import FULL, Plan
from lambdas.rollout.ports import EndpointBusyError
from lambdas.rollout.state import Entry, Kind, Phase, Rollout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.control.world import World
    from tests.explorer.aws import Aws

NAME = "mortgage"
FIRST = 1_000
"""The first step's weight, of all releases here."""
MOST_LOOKS = 60
"""Far more than any run that is explored takes to its end."""
_BACK = (Phase.ROLLING_BACK, Phase.ROLLED_BACK)


def the_way_back_holds(aws: Aws) -> None:
    """Invariant 1: what is rolling back intends 0 from then on, and once it is settled 0 is live and stays so.

    A deploy brings weights of its own, which were planned before; they must be gone in the end.
    """
    returning: set[int] = set()
    for entry in aws.ledger.entries:
        if entry.phase in _BACK:
            returning.add(entry.rollout)
        elif entry.rollout in returning:
            assert entry.phase is Phase.SUPERSEDED, f"rollout {entry.rollout} comes back as {entry.phase}"
    rollout, live = aws.ledger.load(NAME).rollout, aws.slow.lives[NAME]
    if rollout is None or rollout.phase not in _BACK:
        return
    assert rollout.weight == 0, f"{rollout.phase} intends {rollout.weight}"
    if rollout.phase is Phase.ROLLED_BACK and live.pair == rollout.release.pair and not aws.slow.late:
        assert not live.canary_weight, f"{live.canary_weight} is live after the rollback was settled"


def no_more_than_has_passed(aws: Aws) -> None:
    """Invariant 2: nothing is asked for beyond the first step, or the one that follows what has passed."""
    allowed: dict[int, int] = {}
    for entry, before in _history(aws):
        if entry.weight > allowed.setdefault(entry.rollout, 0):
            plan = aws.ledger.releases_of[entry.rollout].plan
            assert _may(entry, before), f"{entry.kind} to {entry.weight} without a PASS"
            assert plan is None or entry.weight <= _next_weight(plan, before[-1]), f"{entry.weight} is a step too far"
            allowed[entry.rollout] = entry.weight
    for written in aws.slow.written:
        most = allowed.get(written.rollout, 0)
        assert written.weight <= most, f"{written.weight} is asked for in rollout {written.rollout}; {most} may be"


def silence_never_passes(aws: Aws) -> None:
    """Invariant 3: whatever goes forward does so on requests that the canary answered in the step before."""
    for entry, before in _history(aws):
        if entry.kind not in (Kind.ADVANCE, Kind.PROMOTE) or not before or before[-1].step < 0:
            continue
        entered = next(each.at for each in before if each.step == before[-1].step)
        asked = sum(each.canary.total for each in aws.metrics.tables if entered <= each.at < entry.at)
        assert asked, f"{entry.kind} at {entry.at:.0f}, and nobody has asked since {entered:.0f}"


def once_is_enough(aws: Aws) -> None:
    """Invariant 4: whatever event came however often, each thing is decided once."""
    began: set[str] = set()
    for entry, before in _history(aws):
        was = before[-1] if before else None
        if entry.kind is Kind.BEGIN:
            assert was is None, f"rollout {entry.rollout} begins twice"
            assert entry.reason not in began, f"{entry.reason}: begun as another rollout before"
            began.add(entry.reason)
        if entry.kind in (Kind.ADVANCE, Kind.PROMOTE) and was:
            assert entry.step > was.step or entry.phase is not was.phase, f"{entry.kind} to {entry.step} twice"
        if entry.phase is Phase.ROLLING_BACK and was and was.phase is not Phase.ROLLING_BACK:
            assert was.phase is not Phase.ROLLED_BACK or aws.slow.late, "it turns round once more"


def nothing_is_lost(aws: Aws) -> None:
    """Invariant 5: whoever dies wherever, the ledger has each decision with its line of history, both or neither."""
    revisions = [entry.revision for entry in aws.ledger.entries]
    assert revisions == sorted(set(revisions)), f"revisions {revisions}"
    state = aws.ledger.load(NAME)
    if not aws.ledger.entries or aws.ledger.entries[-1].revision < state.revision:
        assert state.revision in (0, *aws.ledger.notes), "the state is ahead of its history"
        return
    last, rollout = aws.ledger.entries[-1], state.rollout
    assert rollout is not None, "the history is ahead of the state"
    told = (last.revision, last.rollout, last.phase, last.step, last.weight)
    kept = (state.revision, rollout.number, rollout.phase, rollout.step, rollout.weight)
    assert told == kept, f"the history says {told}, and the state {kept}"


def only_its_own(aws: Aws) -> None:
    """Invariant 6: one rollout at a time, and weights are written to the rollout's own pair of models alone."""
    for written in aws.slow.written:
        own = aws.ledger.releases_of[written.rollout].pair
        assert own == written.pair, f"rollout {written.rollout} of {own} wrote to {written.pair}"
    under_way: int | None = None
    for entry in aws.ledger.entries:
        other = under_way not in (None, entry.rollout)
        assert not (other and entry.kind is Kind.BEGIN), f"{entry.rollout} begins while {under_way} is under way"
        under_way = None if entry.phase.ended else entry.rollout


def people_are_told(aws: Aws) -> None:
    """Beyond the seven: people were told of every decision, or a letter waits."""
    news = [entry for entry in aws.ledger.entries if entry.kind is not Kind.HOLD]
    silent = [entry.kind for entry in news if entry.revision not in aws.ledger.posted]
    assert not silent, f"no letter tells of {silent}"
    told = Counter(subject for subject, _ in aws.notifier.told)
    waiting = Counter(each.subject for each in aws.ledger.letters.values())
    lost = Counter(aws.ledger.posted[entry.revision] for entry in news) - told - waiting
    assert not lost, f"people are never told: {list(lost)}"


def nothing_is_compared_that_cannot_be(aws: Aws) -> None:
    """Beyond the seven: a canary that is asked other things than stable gets no more, whatever the judge says.

    Nor does one of which nobody has read what it is asked.
    """
    always(aws)
    more = [written.weight for written in aws.slow.written if written.weight > FIRST]
    assert not more, f"it gets {more}, and is asked other things"


def _history(aws: Aws) -> Iterator[tuple[Entry, list[Entry]]]:
    """Go through the history, each entry with those of its rollout before it."""
    known: dict[int, list[Entry]] = {}
    for entry in aws.ledger.entries:
        before = known.setdefault(entry.rollout, [])
        yield entry, before
        before.append(entry)


def _may(entry: Entry, before: list[Entry]) -> bool:
    """Whether an entry may raise the weight: to the first step, by a PASS, or approved after one."""
    was = before[-1]
    if was.step < 0:
        return entry.step == 0
    approved = entry.cause.startswith("operator") and was.kind is Kind.PAUSE and was.phase is Phase.PAUSED
    return all_pass(was.verdicts if approved else entry.verdicts)


def _next_weight(plan: Plan, was: Entry) -> int:
    return plan.steps[was.step + 1].weight if was.step + 1 < len(plan.steps) else FULL


class Forbidden:
    """A port that a rollback must not need: invariant 7."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a rollback needs {name}")


def needs_nothing_else(world: World) -> World:
    """Invariant 7: give a rollback the ledger, SageMaker, the workflow, and nothing that a canary could break."""
    return replace(world, metrics=Forbidden())


INVARIANTS = (
    the_way_back_holds,
    no_more_than_has_passed,
    silence_never_passes,
    once_is_enough,
    nothing_is_lost,
    only_its_own,
    people_are_told,
)
"""What is looked at after each call, the letters among it; the seventh holds by what a rollback is given."""


def always(aws: Aws) -> None:
    """Check all that holds after each call."""
    for invariant in INVARIANTS:
        invariant(aws)


def comes_to_an_end(aws: Aws) -> Rollout | None:
    """Liveness: what runs goes on, and it ends well, with what is intended live; returns how.

    None where nothing has begun: what was asked for last never came into service.
    """
    for _ in range(MOST_LOOKS):
        if not (aws.executions.running or aws.under_way or aws.slow.in_service):
            break
        _go_on(aws)
        always(aws)
    rollout, live = aws.ledger.load(NAME).rollout, aws.slow.lives[NAME]
    if rollout is None:
        assert live.pair != aws.ledger.releases[NAME].pair, "it never begins"
        return None
    ends = (Phase.PROMOTED, Phase.ROLLED_BACK, Phase.PAUSED, Phase.SUPERSEDED)
    assert rollout.phase in ends, f"it ends in {rollout.phase}"
    assert live.settled, f"it ends while {live.words}"
    assert not aws.ledger.letters, f"people were not told of {[each.subject for each in aws.ledger.letters.values()]}"
    if rollout.phase is Phase.SUPERSEDED:
        assert live.pair != rollout.release.pair, "it is superseded by nothing"
    elif rollout.phase is Phase.PROMOTED and aws.slow.late:  # less than was promoted may be somebody's wish
        assert live.canary_weight <= rollout.weight, f"{live.shares} are live, and {rollout.phase}"
    else:
        assert live.pair == rollout.release.pair, f"{rollout.phase}, and another pair is live"
        assert live.shares == rollout.shares, f"{live.shares} are live, and {rollout.phase} intends {rollout.shares}"
    return rollout


def _go_on(aws: Aws) -> None:
    """Let SageMaker finish, its event arrive, and each execution look once more."""
    aws.complete()
    always(aws)
    if aws.slow.in_service:
        aws.slow.in_service = False
        with contextlib.suppress(EndpointBusyError):
            begin_rollout(aws.world, NAME)
    for name in aws.executions.running:
        if advance(aws.world, NAME).again_in is None:
            aws.executions.ended.add(name)
    aws.wait(aws.world.period)
