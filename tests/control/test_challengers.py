"""Challengers: further versions in a step's test, through the shell and the core. They may go, and never go on."""

from dataclasses import replace

import pytest

from lambdas.control.advance import advance
from lambdas.control.take_back import take_back
from lambdas.control.world import World
from lambdas.rollout.decide import decide
from lambdas.rollout.decision import Seen
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.plan import FULL, Bandit, Experiment, Routing, Step, Then
from lambdas.rollout.ports import Firing
from lambdas.rollout.release import Challenger
from lambdas.rollout.state import Kind, Phase, Share
from tests.control.test_races import CALLS, CrashError, Intruder
from tests.control.test_sticky import Scene
from tests.examples import PLAN, RELEASE
from tests.fakes import with_weight

_HOUR = 3_600
_ALARM = "serinus.test.mortgage.lean.error_rate"
_TWO = {"lean": 2_500, "large": 2_500}


def _scene(step: Step, **won: float) -> Scene:
    plan = replace(PLAN, steps=(step, Step(FULL, 120, 600)), guardrails=(ErrorRate(),), routing=Routing.STICKY)
    challengers = (Challenger("lean", "v2-lean", (_ALARM,)), Challenger("large", "v2-large"))
    scene = Scene(replace(RELEASE, plan=plan, challengers=challengers))
    scene.won = {"stable": 0.10, "canary": 0.10, "lean": 0.10, "large": 0.10} | won
    return scene


def _experiment(outdone: Then = Then.ROLL_BACK) -> Step:
    asked = Experiment(4 * _HOUR, split=2_500, minimum_effect=0.1, challengers=_TWO, outdone=outdone)
    return Step(2_500, 60, 4 * _HOUR, experiment=asked)


def _bandit() -> Step:
    return Step(2_500, 60, 8 * _HOUR, bandit=Bandit(8 * _HOUR, start=2_500, challengers=_TWO))


def _reasons(scene: Scene, kind: Kind) -> list[str]:
    return [entry.reason for entry in scene.ledger.history("mortgage", 1) if entry.kind is kind]


def test_a_rollout_begins_with_all_of_its_versions_named() -> None:
    (reason,) = _reasons(_scene(_experiment()), Kind.BEGIN)
    assert reason == "v2 beside v1 in service; challengers: lean (v2-lean), large (v2-large)"


def test_a_canary_that_beats_stable_and_every_challenger_goes_on_alone() -> None:
    scene = _scene(_experiment(), canary=0.14)
    scene.serve(120)
    assert scene.rollout.phase is Phase.PROMOTED
    assert (scene.sagemaker, scene.routed.beside, scene.rollout.challengers) == (FULL, (), ())
    assert any("canary is proven better than stable" in reason for reason in _reasons(scene, Kind.ADVANCE))


@pytest.mark.parametrize(("then", "phase"), [(Then.ROLL_BACK, Phase.ROLLED_BACK), (Then.PAUSE, Phase.PAUSED)])
def test_where_a_challenger_wins_the_plan_says_what_follows(then: Then, phase: Phase) -> None:
    scene = _scene(_experiment(then), lean=0.15)
    scene.serve(200)
    assert scene.rollout.phase is phase
    told = _reasons(scene, Kind.ROLL_BACK) + _reasons(scene, Kind.PAUSE)
    assert any("lean is proven better than stable" in reason for reason in told)


def test_a_challenger_that_earns_less_is_dropped_and_the_test_goes_on_with_its_evidence() -> None:
    scene = _scene(_experiment(), lean=0.05, canary=0.13)
    began = None
    for _ in range(40):
        scene.serve(1)
        began = began or scene.rollout.tested_since
        if scene.rollout.dropped:
            break
    assert (scene.rollout.dropped, scene.rollout.challengers) == (("lean",), (Share("large", 2_500),))
    assert "lean is proven worse than stable" in _reasons(scene, Kind.DROP)[0]
    scene.serve(2)
    assert scene.routed.beside == (Share("large", 2_500),)
    assert scene.rollout.tested_since == began
    scene.serve(120)
    assert scene.rollout.phase is Phase.PROMOTED


def test_a_challenger_that_fails_a_guardrail_is_dropped_and_the_canary_is_not_blamed() -> None:
    scene = _scene(_experiment(), canary=0.14)
    scene.bad["lean"] = 0.05
    scene.serve(12)
    assert scene.rollout.dropped == ("lean",)
    assert "lean taken out of the test: lean: the canary's error rate is higher" not in _reasons(scene, Kind.DROP)[0]
    assert "lean taken out of the test: lean's error rate is higher" in _reasons(scene, Kind.DROP)[0]
    scene.serve(120)
    assert scene.rollout.phase is Phase.PROMOTED


def test_an_alarm_drops_its_challenger_at_once_and_nothing_else() -> None:
    scene = _scene(_experiment())
    scene.serve(5)
    take_back(scene.world, "mortgage", cause="alarm", reason="lean fails", alarm_since=scene.time, variant="lean")
    assert scene.routed.beside == (Share("large", 2_500),)
    assert (scene.rollout.phase, scene.rollout.weight) == (Phase.PROGRESSING, 2_500)


@pytest.mark.parametrize("phase", [Phase.PROGRESSING, Phase.PAUSED])
def test_an_alarm_whose_event_was_lost_is_seen_at_the_next_look(phase: Phase) -> None:
    scene = _scene(_experiment())
    scene.serve(5)
    state = scene.ledger.load("mortgage")
    paused = replace(state, revision=state.revision + 1, rollout=replace(scene.rollout, phase=phase))
    scene.ledger.commit(paused, None)
    scene.metrics.alarms.append(Firing(_ALARM, scene.time, "lean fails"))
    advance(scene.world, "mortgage")
    assert (scene.rollout.phase, scene.rollout.dropped) == (phase, ("lean",))


def test_an_alarm_from_before_the_rollout_is_anothers() -> None:
    scene = _scene(_experiment())
    scene.serve(5)
    scene.metrics.alarms.append(Firing(_ALARM, scene.rollout.began - 1, "lean fails"))
    scene.serve(1)
    assert scene.rollout.dropped == ()


def test_an_alarm_on_a_challenger_that_nobody_gets_changes_nothing() -> None:
    scene = _scene(_experiment())
    before = scene.ledger.load("mortgage")
    assert take_back(scene.world, "mortgage", cause="alarm", reason="lean fails", variant="lean") is None
    assert scene.ledger.load("mortgage") == before


def test_a_rollback_leaves_no_challenger_anything() -> None:
    scene = _scene(_experiment())
    scene.serve(5)
    take_back(scene.world, "mortgage", cause="alarm", reason="the canary fails")
    assert (scene.routed.share, scene.routed.beside, scene.rollout.challengers) == (None, (), ())
    scene.serve(30)
    assert scene.rollout.phase is Phase.ROLLED_BACK


def test_a_rollback_is_not_over_while_a_challenger_is_served() -> None:
    scene = _scene(_experiment())
    scene.serve(5)
    take_back(scene.world, "mortgage", cause="alarm", reason="the canary fails")
    served = with_weight(scene.routed.lives["mortgage"], 0, (Share("large", 2_500),))
    seen = Seen(scene.time, served, (), (), "", 0, 1.0)
    assert decide(replace(scene.rollout, serving_since=scene.time - 60), seen).kind is Kind.HOLD


def test_a_bandit_moves_every_share_and_stops_at_the_best_arm() -> None:
    scene = _scene(_bandit(), canary=0.115, lean=0.085)
    scene.serve(4)
    shares = scene.rollout.shares
    assert shares["canary"] > 2_500 > shares["lean"]
    assert sum(shares.values()) < FULL
    scene.serve(120)
    assert scene.rollout.phase is Phase.PROMOTED


def test_a_bandit_gives_a_dropped_challenger_nothing() -> None:
    scene = _scene(_bandit())
    scene.bad["lean"] = 0.05
    scene.serve(20)
    assert scene.rollout.dropped == ("lean",)
    assert "lean" not in scene.rollout.shares


def _drop(world: World, at: float) -> None:
    take_back(world, "mortgage", cause="alarm", reason="lean fails", alarm_since=at, variant="lean")


def _over_the_router(scene: Scene) -> dict[str, int]:
    found = scene.routed.live("mortgage")
    assert found is not None
    return found.shares


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_drop_at_any_point_of_a_look_wins(nth: int, after: bool) -> None:  # noqa: FBT001 - a parameter
    scene = _scene(_experiment())
    scene.serve(5)
    intruder = Intruder(nth, after, lambda: _drop(scene.world, scene.time))
    advance(intruder.wrap(scene.world), "mortgage")
    if intruder.count < nth:
        _drop(scene.world, scene.time)
    assert _over_the_router(scene) == scene.rollout.shares == {"canary": 2_500, "large": 2_500}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_rollback_at_any_point_of_a_drop_wins(nth: int, after: bool) -> None:  # noqa: FBT001 - a parameter
    scene = _scene(_experiment())
    scene.serve(5)

    def back() -> None:
        take_back(scene.world, "mortgage", cause="alarm", reason="the canary fails", alarm_since=scene.time)

    intruder = Intruder(nth, after, back)
    _drop(intruder.wrap(scene.world), scene.time)
    if intruder.count < nth:
        back()
    assert _over_the_router(scene) == scene.rollout.shares == {}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, CALLS))
def test_a_drop_that_dies_at_any_call_is_finished_by_the_next_delivery_and_look(nth: int, after: bool) -> None:  # noqa: FBT001
    scene = _scene(_experiment())
    scene.serve(5)

    def crash() -> None:
        raise CrashError

    try:
        _drop(Intruder(nth, after, crash).wrap(scene.world), scene.time)
    except CrashError:
        _drop(scene.world, scene.time)
    scene.serve(1)
    assert _over_the_router(scene) == scene.rollout.shares == {"canary": 2_500, "large": 2_500}


def experiment_scene(**won: float) -> Scene:
    """Begin a rollout whose first step tests the canary and two challengers, each with a quarter of the users."""
    return _scene(_experiment(), **won)
