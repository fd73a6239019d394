"""A bandit's shares and the guardrails: who has not passed them gets no more than at first."""

from dataclasses import replace

import pytest

from lambdas.rollout import tested as rule
from lambdas.rollout.bandit.terms import Update
from lambdas.rollout.decision import Rival, Seen
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict
from lambdas.rollout.plan import FULL, Bandit, Routing, Step
from lambdas.rollout.state import Phase, Rollout, Share
from lambdas.rollout.trial import Trial
from tests.examples import PLAN, RELEASE, live

_STEP = Step(2_000, 60, 3_600, bandit=Bandit(3_600, start=2_000, challengers={"lean": 1_000}))
_PLAN = replace(PLAN, steps=(_STEP, Step(FULL, 60, 3_600)), routing=Routing.STICKY)
_ROLLOUT = Rollout(
    1,
    replace(RELEASE, plan=_PLAN),
    began=0.0,
    phase=Phase.PROGRESSING,
    step=0,
    weight=2_500,
    challengers=(Share("lean", 1_000),),
)
_UPDATE = Update((3_000, 4_000, 3_000), (0.2, 0.5, 0.3), False, "", "canary is ahead", ("stable", "canary", "lean"))  # noqa: FBT003


def _verdict(outcome: Outcome) -> Verdict:
    return Verdict("error_rate", outcome, "", Arm(0, 9), Arm(0, 9), 0.0, 1.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("canary", "lean", "shares"),
    [
        (Outcome.PASS, True, {"canary": 4_000, "lean": 3_000}),
        (Outcome.INCONCLUSIVE, True, {"canary": 2_500, "lean": 3_000}),
        (Outcome.PASS, False, {"canary": 4_000, "lean": 1_000}),
        (None, False, {"canary": 2_500, "lean": 1_000}),
    ],
)
def test_no_share_grows_on_silence(canary: Outcome | None, lean: bool, shares: dict[str, int]) -> None:  # noqa: FBT001
    verdicts = (_verdict(canary),) if canary else ()
    seen = Seen(60.0, live(), (), verdicts, "", 9, 1.0, Trial(bandit=_UPDATE), (Rival("lean", "", lean),))
    decision = rule.tested(_ROLLOUT, seen)
    assert decision is not None
    assert decision.rollout.shares == shares


def test_a_share_may_always_shrink() -> None:
    less = _UPDATE._replace(shares=(8_000, 1_500, 500))
    seen = Seen(60.0, live(), (), (), "", 9, 1.0, Trial(bandit=less), (Rival("lean", "", passes=False),))
    decision = rule.tested(_ROLLOUT, seen)
    assert decision is not None
    assert decision.rollout.shares == {"canary": 1_500, "lean": 500}
