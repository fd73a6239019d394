"""Whole rollouts judged on more than errors: latency, counts of one's own, evidence that sets the pace."""

from dataclasses import replace
from itertools import pairwise

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.rollout.guardrails import Counts, ErrorRate, Guardrail, Latency, Quality
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Plan, Progression, Step
from lambdas.rollout.quantities import Quantity
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.examples import RELEASE, live
from tests.fakes import FakeWorld, Latencies

STEPS = tuple(Step(weight, 240, 1_200) for weight in (100, 500, 1_000, 5_000, FULL))


def _deployed(*guardrails: Guardrail, progression: Progression = Progression.FIXED) -> FakeWorld:
    fake = FakeWorld()
    plan = Plan(STEPS, guardrails, progression=progression)
    fake.ledger.releases["mortgage"] = replace(RELEASE, plan=plan)
    fake.endpoints.lives["mortgage"] = live()
    begin_rollout(fake.world, "mortgage")
    return fake


def _rollout(fake: FakeWorld) -> Rollout:
    rollout = fake.ledger.load("mortgage").rollout
    assert rollout is not None
    return rollout


def _serve(fake: FakeWorld, periods: int, *, errors: float = 0.0, published: bool = True) -> None:
    """Let 30,000 requests per period flow, the same share of errors on both arms, and the workflow look."""
    for _ in range(periods):
        canary = 30_000 * fake.endpoints.lives["mortgage"].canary_weight // FULL
        stable = 30_000 - canary
        fake.metrics.tables.append(
            Table(fake.time, Arm(round(errors * canary), canary), Arm(round(errors * stable), stable))
        )
        for variant, requests in ((CANARY, canary), (STABLE, stable)):
            for name, part in (("TruePositives", 0.9), ("FalseNegatives", 0.1), ("Late", 0.01), ("All", 1.0)):
                if published and requests:
                    series = fake.metrics.values.setdefault((variant, name), {})
                    series[fake.time] = float(round(part * requests))
        fake.time += 60
        advance(fake.world, "mortgage")


def _reasons(fake: FakeWorld) -> str:
    return "\n".join(entry.reason for entry in fake.ledger.history("mortgage", 1))


def _weights(fake: FakeWorld) -> list[int]:
    return fake.endpoints.writes


def test_a_canary_a_fifth_slower_is_taken_back_by_the_judge() -> None:
    fake = _deployed(ErrorRate(), Latency(margin=1.05))
    fake.metrics.latencies[CANARY] = Latencies(median=120_000)
    _serve(fake, 20)
    assert _rollout(fake).phase in (Phase.ROLLING_BACK, Phase.ROLLED_BACK)
    assert any("the canary's latency is higher" in text for _, text in fake.notifier.told)
    assert max(_weights(fake)) <= 500


def test_stable_is_measured_once_before_the_canary_serves() -> None:
    fake = _deployed(ErrorRate(), Latency())
    _serve(fake, 3)
    (measured,) = _rollout(fake).ladders
    assert measured.guardrail == "latency_p95"
    assert measured.edges[0] == pytest.approx(100_000)
    fake.metrics.latencies[STABLE] = Latencies(median=900_000)
    _serve(fake, 3)
    assert _rollout(fake).ladders == (measured,)


def test_without_a_past_of_stable_a_spread_is_never_passed() -> None:
    fake = _deployed(ErrorRate(), Latency())
    fake.metrics.past = 50.0
    _serve(fake, 30)
    assert (_rollout(fake).phase, _rollout(fake).step) == (Phase.PAUSED, 0)
    assert "stable's latency has not been measured yet" in _reasons(fake)


def test_an_incident_that_hits_both_arms_stops_nothing() -> None:
    fake = _deployed(ErrorRate(), Latency())
    _serve(fake, 3, errors=0.005)
    fake.metrics.latencies = {CANARY: Latencies(median=300_000), STABLE: Latencies(median=300_000)}
    _serve(fake, 10, errors=0.05)
    fake.metrics.latencies = {CANARY: Latencies(), STABLE: Latencies()}
    _serve(fake, 30, errors=0.005)
    assert _rollout(fake).phase is Phase.PROMOTED


COUNTS = Counts("counts", "late", Quantity("Shop", "Late"), Quantity("Shop", "All"))


@pytest.mark.parametrize("guardrail", [Quality("recall"), COUNTS])
def test_a_metric_that_falls_silent_holds_the_step(guardrail: Guardrail) -> None:
    fake = _deployed(ErrorRate(), guardrail)
    _serve(fake, 6)
    assert _rollout(fake).step == 1
    _serve(fake, 40, published=False)
    assert (_rollout(fake).phase, _rollout(fake).step) == (Phase.PAUSED, 1)
    assert f"no data in this step for {guardrail.key}" in _reasons(fake)
    assert FULL not in _weights(fake)


def test_by_the_clock_every_step_is_served() -> None:
    fake = _deployed(ErrorRate(), Latency())
    _serve(fake, 40)
    assert _weights(fake) == [100, 500, 1_000, 5_000, FULL]


def test_evidence_leaves_out_what_it_makes_needless_and_is_sooner_done() -> None:
    took = {}
    for progression in Progression:
        fake = _deployed(ErrorRate(), Latency(), progression=progression)
        started = fake.time
        _serve(fake, 40)
        assert _rollout(fake).phase is Phase.PROMOTED
        took[progression] = _rollout(fake).since - started
    assert _weights(fake) == [100, 1_000, FULL]
    assert "; so 5 % can be left out; on to 10 %" in _reasons(fake)
    assert took[Progression.EVIDENCE] < took[Progression.FIXED] / 2


def test_evidence_never_passes_before_its_minimum() -> None:
    fake = _deployed(ErrorRate(), progression=Progression.EVIDENCE)
    _serve(fake, 20)
    entered = [e for e in fake.ledger.history("mortgage", 1) if e.kind in (Kind.ADVANCE, Kind.PROMOTE)]
    gaps = [after.at - before.at for before, after in pairwise(entered)]
    assert min(gaps) >= 60
