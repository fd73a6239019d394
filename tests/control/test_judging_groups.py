"""Whole rollouts judged on what they do to groups of people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.rollout.guardrails import DisparateImpact, ErrorRate, Fairness
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Step
from lambdas.rollout.state import Phase, Rollout
from tests.examples import RELEASE, live
from tests.fakes import FakeWorld
from tests.rollout.groups import plan

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS = (Step(1_000, 240, 1_200), Step(5_000, 240, 1_200), Step(FULL, 240, 1_200))
JUDGED = (
    ErrorRate(),
    Fairness("demographic_parity", ("race=black", "race=white")),
    DisparateImpact("disparate_impact", ("race=black",), "race=white"),
)
SHARES = {"race=white": 0.7, "race=black": 0.2, "race=asian": 0.0005}
"""Of the requests."""


def _deployed() -> FakeWorld:
    fake = FakeWorld()
    fake.ledger.releases["mortgage"] = replace(RELEASE, plan=replace(plan(*JUDGED), steps=STEPS))
    fake.endpoints.lives["mortgage"] = live()
    begin_rollout(fake.world, "mortgage")
    return fake


def _serve(
    fake: FakeWorld, periods: int, denied: Mapping[str, float], *, shares: Mapping[str, float] = SHARES
) -> None:
    """Let 30,000 requests per period flow; stable denies a fifth of each group, the canary what ``denied`` says."""
    for _ in range(periods):
        canary = 30_000 * fake.endpoints.lives["mortgage"].canary_weight // FULL
        fake.metrics.tables.append(Table(fake.time, Arm(0, canary), Arm(0, 30_000 - canary)))
        for variant, requests in ((CANARY, canary), (STABLE, 30_000 - canary)):
            for group, share in shares.items():
                decided = round(share * requests)
                part = denied.get(group, 0.2) if variant == CANARY else 0.2
                for name, count in (("Decisions", decided), ("Unfavourable", round(part * decided))):
                    if decided:
                        fake.metrics.values.setdefault((variant, f"{name} of {group}"), {})[fake.time] = float(count)
        fake.time += 60
        advance(fake.world, "mortgage")


def _rollout(fake: FakeWorld) -> Rollout:
    rollout = fake.ledger.load("mortgage").rollout
    assert rollout is not None
    return rollout


def test_a_canary_that_denies_a_group_more_is_taken_back_and_people_are_told_which() -> None:
    fake = _deployed()
    _serve(fake, 10, {"race=black": 0.35})
    assert _rollout(fake).phase in (Phase.ROLLING_BACK, Phase.ROLLED_BACK)
    assert any("share of unfavourable answers to race=black is higher" in text for _, text in fake.notifier.told)
    assert not any("answers to race=white is higher" in text for _, text in fake.notifier.told)
    last = next(entry for entry in fake.ledger.history("mortgage", 1) if entry.phase is Phase.ROLLING_BACK)
    assert [each.guardrail for each in last.verdicts if each.outcome is Outcome.FAIL] == [
        "demographic_parity[race=black]"
    ]


def test_a_canary_that_treats_all_as_stable_does_is_promoted() -> None:
    fake = _deployed()
    _serve(fake, 20, {})
    assert _rollout(fake).phase is Phase.PROMOTED


def test_a_group_too_small_to_judge_holds_the_step_and_says_why() -> None:
    fake = _deployed()
    _serve(fake, 40, {}, shares=SHARES | {"race=black": 0.0004})
    assert (_rollout(fake).phase, _rollout(fake).step) == (Phase.PAUSED, 0)
    reasons = "\n".join(entry.reason for entry in fake.ledger.history("mortgage", 1))
    assert "of at least 100 answers to race=black, too few to judge by" in reasons
    assert fake.endpoints.writes == [1_000]
