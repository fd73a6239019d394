"""Deployments by SageMaker, told line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from lambdas.control.witness import witness
from lambdas.rollout.native.line import Line, deployments
from lambdas.rollout.native.tell import endings, lines
from lambdas.rollout.state import Kind, Phase
from tests.examples import RELEASE
from tests.onlookers import ENDPOINT, Watched, at_rest, deploying, deployment

if TYPE_CHECKING:
    from lambdas.rollout.native.sight import Sight


def told(*sights: Sight) -> tuple[Line, ...]:
    return tuple(line for sight in sights for line in lines(sight, None))


def test_a_deployment_is_told_from_its_begin_on() -> None:
    only = deployments(told(*deployment("a", "b", 1_000.0)))[0]
    assert [(line.kind, line.phase, line.weight) for line in only.lines] == [
        (Kind.BEGIN, Phase.PENDING, 0),
        (Kind.HOLD, Phase.PROGRESSING, 0),
        (Kind.ADVANCE, Phase.PROGRESSING, 5_000),
        (Kind.HOLD, Phase.PROGRESSING, 5_000),
        (Kind.ADVANCE, Phase.PROGRESSING, 10_000),
        (Kind.HOLD, Phase.PROGRESSING, 10_000),
    ]
    assert (only.number, only.before, only.after, only.phase) == (1, "a", "b", Phase.PROGRESSING)
    assert only.lines[2].reason == "new fleet: ActivatingTraffic 2 instance(s)."


def test_the_version_is_named_where_it_is_what_the_deploy_asked_for() -> None:
    release = replace(RELEASE, canary=None, stable="8")
    asked = deploying(("a", "documents-aaaa1111bbbb2222-1"), 5.0, 5.0, "Creating", 0)
    other = deploying(("a", "documents-cccc1111bbbb2222-1"), 5.0, 5.0, "Creating", 0)
    assert "(version 8)" in lines(asked, release)[0].reason
    assert "(version" not in lines(other, release)[0].reason


def test_a_new_fleet_that_is_terminated_is_a_rollback_under_way() -> None:
    taken = deployments(told(*deployment("a", "b", 1_000.0, back=True)))[0]
    assert (taken.lines[-1].kind, taken.phase) == (Kind.ROLL_BACK, Phase.ROLLING_BACK)


def test_weight_changes_are_no_deployments() -> None:
    assert lines(at_rest("a", 1.0, status="updating"), None) == ()


def test_what_serves_tells_how_a_deployment_ended() -> None:
    known = deployments(told(*deployment("a", "b", 1_000.0)))
    (good,) = endings(known, at_rest("b", 1_100.0), came_to_rest=True)
    (bad,) = endings(known, at_rest("a", 1_100.0, "alarms fired"), came_to_rest=True)
    (mute,) = endings(known, at_rest("a", 1_100.0), came_to_rest=True)
    assert (good.kind, good.phase, good.weight, good.at) == (Kind.PROMOTE, Phase.PROMOTED, 10_000, 1_100.0)
    assert (bad.kind, bad.phase, bad.weight) == (Kind.ROLL_BACK, Phase.ROLLED_BACK, 0)
    assert bad.reason == "SageMaker rolled back: a serves as before. alarms fired"
    assert mute.reason.endswith("SageMaker gives no reason")


def test_a_rollback_that_failed_is_no_end_in_peace() -> None:
    known = deployments(told(*deployment("a", "b", 1_000.0)))
    (failed,) = endings(known, at_rest("a", 1_100.0, "both broken", "updaterollbackfailed"), came_to_rest=True)
    assert (failed.kind, failed.phase) == (Kind.ROLL_BACK, Phase.ROLLING_BACK)
    assert "both fleets may serve. Deploy again. both broken" in failed.reason


def test_an_end_is_not_told_twice_nor_while_something_is_under_way() -> None:
    known = deployments(told(*deployment("a", "b", 1_000.0)))
    assert endings(known, deploying(("a", "b"), 1_000.0, 1_050.0, "Baking", 4), came_to_rest=True) == ()
    ended = deployments([*known[0].lines, *endings(known, at_rest("b", 1_100.0), came_to_rest=True)])
    assert endings(ended, at_rest("b", 1_100.0), came_to_rest=True) == ()


def test_a_describe_that_lags_behind_ends_nothing() -> None:
    known = deployments(told(deploying(("a", "b"), 1_000.0, 1_000.0, "Creating", 0)))
    assert endings(known, at_rest("a", 900.0), came_to_rest=False) == ()
    assert [line.phase for line in endings(known, at_rest("a", 900.0), came_to_rest=True)] == [Phase.ROLLED_BACK]


def test_the_begin_comes_first_and_the_end_last_whatever_clocks_say() -> None:
    known = deployments(told(deploying(("a", "b"), 1_000.5, 999.0, "Creating", 0)))
    ended = deployments([*endings(known, at_rest("b", 900.0), came_to_rest=True), *known[0].lines])
    assert [line.fact for line in ended[0].lines] == ["Begin", "new Creating", "End"]


def test_the_next_deployment_tells_how_one_ended_that_nobody_saw_ending() -> None:
    seen = told(*deployment("a", "b", 1_000.0)[:3], *deployment("a", "c", 2_000.0)[:1])
    (end,) = endings(deployments(seen), deployment("a", "c", 2_000.0)[1], came_to_rest=False)
    assert (end.began, end.at, end.phase) == (1_000.0, 2_000.0, Phase.ROLLED_BACK)


def test_where_a_deployment_is_missing_nothing_is_guessed() -> None:
    known = deployments(told(*deployment("a", "b", 1_000.0)))
    assert endings(known, at_rest("c", 3_000.0), came_to_rest=True) == ()


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Sight], list[tuple[int, int]]]:
    """Draw what SageMaker shows over up to three deployments, and how events about it arrive.

    Each event comes once or twice, in any order, but never before it happened: beside each stands the latest sight
    at that moment.
    """
    shown: list[Sight] = []
    serves = "c0"
    for number in range(1, draw(st.integers(1, 3)) + 1):
        back = draw(st.booleans())
        shown += deployment(serves, f"c{number}", 1_000.0 * number, back=back)
        serves = serves if back else f"c{number}"
    events = draw(st.permutations(range(len(shown)))) + draw(st.lists(st.sampled_from(range(len(shown)))))
    late = [draw(st.integers(0, len(shown) - 1)) for _ in events]
    latest, arrivals = 0, []
    for event, extra in zip(events, late, strict=True):
        latest = max(latest, event, extra)
        arrivals.append((event, latest))
    return shown, arrivals


def outcome(shown: list[Sight], arrivals: list[tuple[int, int]]) -> list[tuple[str, Kind, Phase, int]]:
    """Deliver events; return what the history says in the end."""
    watched = Watched()
    for event, latest in arrivals:
        watched.looks.now = shown[latest]
        witness(watched.onlooker, shown[event])
    each = deployments(watched.history.recent(ENDPOINT, 1_000))
    return [(line.key, line.kind, line.phase, line.weight) for one in each for line in one.lines]


@given(deliveries())
def test_events_in_any_order_and_doubled_are_as_good_as_in_order_and_once(
    delivered: tuple[list[Sight], list[tuple[int, int]]],
) -> None:
    shown, arrivals = delivered
    assert outcome(shown, arrivals) == outcome(shown, [(index, index) for index in range(len(shown))])
