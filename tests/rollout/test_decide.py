"""Decisions, case by case: the way back before the way forward, and silence never passes."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.control.observe import measure
from lambdas.rollout.decide import decide
from lambdas.rollout.decision import Decision, Seen
from lambdas.rollout.judge.bench import Bench
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Verdict
from lambdas.rollout.live import Live
from lambdas.rollout.plan import Inconclusive
from lambdas.rollout.ports import Firing
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.examples import PLAN, RELEASE, broken, healthy, live
from tests.fakes import FakeWorld

BEGAN = 1_000.0
PENDING = Rollout(1, RELEASE, began=BEGAN, since=BEGAN)
AT_10 = replace(PENDING, phase=Phase.PROGRESSING, step=0, weight=1_000, serving_since=BEGAN)
AT_50 = replace(AT_10, step=1, weight=5_000)
AT_100 = replace(AT_10, step=2, weight=10_000)
GOOD = [healthy(BEGAN + 60 * i) for i in range(3)]


def _seen(
    now: float, serves: Live, *, tables: list[Table] | None = None, firing: tuple[Firing, ...] = (), starved: str = ""
) -> Seen:
    rows = GOOD if tables is None else tables
    return Seen(
        now=now,
        live=serves,
        firing=firing,
        verdicts=_judged(rows),
        starved=starved,
        step_requests=sum(row.canary.total for row in rows),
        settle=30.0,
    )


def _judged(rows: list[Table]) -> tuple[Verdict, ...]:
    fake = FakeWorld()
    fake.time, fake.metrics.tables = BEGAN, rows
    sitting = Bench().sitting(PLAN, measure(fake.world, PENDING).ladders)
    return sitting.judge(fake.metrics.read("mortgage", sitting.queries, BEGAN, math.inf)).verdicts


def _alarm(since: float) -> tuple[Firing, ...]:
    return (Firing(RELEASE.alarms[0], since, "Threshold Crossed: 20 > 5"),)


def test_a_pending_rollout_starts_once_the_pair_is_in_service() -> None:
    assert decide(PENDING, _seen(BEGAN, live(status="Updating"))).kind is Kind.HOLD
    started = decide(PENDING, _seen(BEGAN, live()))
    assert (started.kind, started.rollout.phase, started.rollout.weight) == (Kind.ADVANCE, Phase.PROGRESSING, 1_000)


def test_a_pending_rollout_waits_for_an_alarm_of_the_past_to_clear() -> None:
    held = decide(PENDING, _seen(BEGAN + 5, live(), firing=_alarm(BEGAN - 100)))
    assert held.kind is Kind.HOLD
    assert "waiting for alarms to clear" in held.reason


def test_the_bake_starts_when_the_weight_is_live_not_when_it_was_asked_for() -> None:
    asked = replace(AT_10, serving_since=None)
    waiting = decide(asked, _seen(BEGAN + 500, live(weight=0, desired=1_000, status="Updating")))
    assert waiting.rollout.serving_since is None
    serving = decide(asked, _seen(BEGAN + 510, live(weight=1_000)))
    assert serving.rollout.serving_since == BEGAN + 510


def test_it_holds_until_it_has_baked_however_good_the_evidence() -> None:
    held = decide(AT_10, _seen(BEGAN + 119, live(weight=1_000)))
    assert held.kind is Kind.HOLD
    assert "baking for 119 of 120 s" in held.reason


def test_it_advances_when_baked_and_passed() -> None:
    passed = decide(AT_10, _seen(BEGAN + 120, live(weight=1_000)))
    assert (passed.kind, passed.rollout.step, passed.rollout.weight) == (Kind.ADVANCE, 1, 5_000)
    assert passed.rollout.serving_since is None


def test_it_pauses_before_a_step_that_awaits_approval() -> None:
    waiting = decide(AT_50, _seen(BEGAN + 120, live(weight=5_000)))
    assert (waiting.kind, waiting.rollout.phase) == (Kind.PAUSE, Phase.PAUSED)
    assert (waiting.rollout.awaits, waiting.rollout.weight) == (2, 5_000)


def test_the_last_step_promotes() -> None:
    promoted = decide(AT_100, _seen(BEGAN + 120, live(weight=10_000)))
    assert (promoted.kind, promoted.rollout.phase) == (Kind.PROMOTE, Phase.PROMOTED)


def test_a_failed_guardrail_rolls_back_before_the_bake_is_over() -> None:
    back = decide(AT_10, _seen(BEGAN + 61, live(weight=1_000), tables=[broken(BEGAN)]))
    assert (back.kind, back.rollout.phase, back.rollout.weight) == (Kind.ROLL_BACK, Phase.ROLLING_BACK, 0)
    assert "60 of 300" in back.reason


def test_an_alarm_since_the_beginning_rolls_back_and_an_older_one_only_holds() -> None:
    back = decide(AT_10, _seen(BEGAN + 120, live(weight=1_000), firing=_alarm(BEGAN + 90)))
    assert (back.kind, back.rollout.weight) == (Kind.ROLL_BACK, 0)
    assert "Threshold Crossed" in back.reason
    older = decide(AT_10, _seen(BEGAN + 120, live(weight=1_000), firing=_alarm(BEGAN - 1)))
    assert (older.kind, older.rollout.weight) == (Kind.HOLD, 1_000)
    assert "Threshold Crossed" in older.reason


@pytest.mark.parametrize(
    ("then", "phase"), [(Inconclusive.PAUSE, "PAUSED"), (Inconclusive.ROLL_BACK, "ROLLING_BACK")]
)
def test_silence_holds_and_then_ends_as_the_plan_says(then: Inconclusive, phase: str) -> None:
    rollout = replace(AT_10, release=replace(RELEASE, plan=replace(PLAN, inconclusive=then)))
    assert decide(rollout, _seen(BEGAN + 599, live(weight=1_000), tables=[])).kind is Kind.HOLD
    assert decide(rollout, _seen(BEGAN + 600, live(weight=1_000), tables=[])).rollout.phase == phase


def test_a_starved_canary_does_not_pass() -> None:
    held = decide(AT_10, _seen(BEGAN + 120, live(weight=1_000), starved="the canary got 3 of 3000 requests"))
    assert held.kind is Kind.HOLD
    assert "3 of 3000" in held.reason


def test_evidence_from_earlier_steps_alone_does_not_pass_a_step() -> None:
    silent = _seen(BEGAN + 130, live(weight=5_000))._replace(step_requests=0)
    assert decide(AT_50, silent).kind is Kind.HOLD


def test_a_paused_rollout_still_goes_back() -> None:
    paused = replace(AT_10, phase=Phase.PAUSED)
    assert decide(paused, _seen(BEGAN + 5, live(weight=1_000))).kind is Kind.HOLD
    assert decide(paused, _seen(BEGAN + 95, live(weight=1_000), firing=_alarm(BEGAN + 90))).kind is Kind.ROLL_BACK


def test_another_live_pair_supersedes_but_not_while_it_is_only_under_way() -> None:
    other = live(replace(RELEASE, pair="cccc3333"))
    assert decide(AT_10, _seen(BEGAN + 5, other)).rollout.phase is Phase.SUPERSEDED
    under_way = replace(other, status="Updating", pending=True)
    assert decide(AT_10, _seen(BEGAN + 5, under_way)).kind is Kind.HOLD


def test_a_rollback_is_settled_only_after_the_longest_lifetime_of_a_writer() -> None:
    back = replace(AT_10, phase=Phase.ROLLING_BACK, weight=0, serving_since=None)
    assert decide(back, _seen(BEGAN + 200, live(weight=1_000))).rollout.phase is Phase.ROLLING_BACK
    seen_zero = decide(back, _seen(BEGAN + 202, live(weight=0)))
    assert seen_zero.rollout.phase is Phase.ROLLING_BACK
    assert decide(seen_zero.rollout, _seen(BEGAN + 231, live(weight=0))).rollout.phase is Phase.ROLLING_BACK
    assert decide(seen_zero.rollout, _seen(BEGAN + 232, live(weight=0))).rollout.phase is Phase.ROLLED_BACK


@given(
    rollout=st.sampled_from([PENDING, AT_10, AT_50, AT_100, replace(AT_50, phase=Phase.PAUSED)]),
    now=st.floats(BEGAN, BEGAN + 10_000),
    weight=st.integers(0, 10_000),
    bad=st.integers(0, 300),
    periods=st.integers(0, 4),
    alarms=st.sampled_from([(), _alarm(BEGAN + 1)]),
)
def test_for_all_worlds_the_weight_grows_only_by_a_pass_and_only_to_the_next_step(
    rollout: Rollout, now: float, weight: int, bad: int, periods: int, alarms: tuple[Firing, ...]
) -> None:
    tables = [broken(BEGAN + 60 * i, bad=bad) for i in range(periods)]
    seen = _seen(now, live(weight=weight), tables=tables, firing=alarms)
    decision = decide(rollout, seen)
    if decision.rollout.weight > rollout.weight:
        assert decision.kind is Kind.ADVANCE
        assert decision.rollout.step == rollout.step + 1
        assert not seen.firing
        assert rollout.phase is Phase.PENDING or _all_pass(seen)
    assert decision.reason


def _all_pass(seen: Seen) -> bool:
    return bool(seen.verdicts) and all(verdict.outcome == "PASS" for verdict in seen.verdicts)


def test_a_decision_never_changes_what_it_was_given() -> None:
    before = replace(AT_10)
    decision: Decision = decide(AT_10, _seen(BEGAN + 120, live(weight=1_000)))
    assert before == AT_10
    assert decision.rollout is not AT_10
