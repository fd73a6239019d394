"""What the golden items of older versions hold (tests/adapters/golden), as this version has it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from lambdas.rollout.judge.ladder import LEVELS, ladder
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict
from lambdas.rollout.native.line import BEGIN, Line
from lambdas.rollout.plan import Budget, Inconclusive, Plan, Progression, Shadow, Step
from lambdas.rollout.release import BACK, PAIR, Capacity, Challenger, Release, Stage
from lambdas.rollout.shadow.answers import Output, answer
from lambdas.rollout.shadow.join import Pair, Side
from lambdas.rollout.shadow.summary import Example, Summary
from lambdas.rollout.state import EndpointState, Entry, Kind, Phase, Refusal, Result, Rollout, Share
from tests.examples import PLAN, RELEASE

GOLDEN = Path(__file__).parent / "golden"


def items(version: int) -> dict[str, dict[str, Any]]:
    """Items as ``version`` wrote them, by what they show."""
    found: dict[str, dict[str, Any]] = json.loads((GOLDEN / f"items-{version}.json").read_text(encoding="utf-8"))
    return found


_RICH = replace(
    RELEASE,
    plan=replace(
        PLAN,
        steps=(Step(0, 600, 1_200, shadow=Shadow(600, tolerance=0.1)), *PLAN.steps),
        inconclusive=Inconclusive.ROLL_BACK,
        progression=Progression.EVIDENCE,
        budget=Budget(bad_answers_p95=40),
    ),
    stages=(Stage(PAIR, "bbbb2222", "pair-config"), Stage(BACK, "cccc3333", "back-config")),
    challengers=(Challenger("third", "v3", ("serinus.test.mortgage.third.error_rate",)),),
    capacity=Capacity(900.0, 8),
)
_VERDICT = Verdict("error_rate", Outcome.INCONCLUSIVE, "2 of 300", Arm(2, 300), Arm(9, 2_700), 0.5, 4.6, -0.25, 3.0)
_LADDER = ladder("latency", 1_000_000.0, tuple([80.0 + each for each in range(len(LEVELS))]))
assert _LADDER is not None
_BAKING = Rollout(
    number=7,
    release=_RICH,
    began=1_000_000.0,
    phase=Phase.PROGRESSING,
    step=1,
    weight=1_000,
    since=1_000_120.0,
    serving_since=1_000_122.5,
    ladders=(_LADDER,),
    challengers=(Share("third", 500),),
    tested_since=1_000_122.5,
    load=3_100.0,
    stable_count=4,
)
_RETURNING = replace(
    _BAKING,
    phase=Phase.ROLLING_BACK,
    weight=0,
    challengers=(),
    serving_since=None,
    refused=Refusal(1_000_300.0, "AccessDeniedException"),
    falling_back=True,
)
_PLAIN = Rollout(3, RELEASE, 900_000.0, Phase.PAUSED, 1, 5_000, 900_600.0, None, 2)
_STABLE = Output((answer([{"score": 0.25, "label": "approved"}]),), "list")
KEPT: dict[str, Any] = {
    "state, none yet begun": EndpointState("mortgage", 1, ("v1",)),
    "state, baking": EndpointState("mortgage", 12, ("v0", "v1"), _BAKING),
    "state, on its second way back": EndpointState("mortgage", 14, ("v1",), _RETURNING),
    "state, written before rollouts had ladders": EndpointState("mortgage", 9, ("v1",), _PLAIN),
    "release": _RICH,
    "release, of one version": Release("mortgage", "v1", None, "aaaa1111", "bbbb2222", None, ()),
    "release, written before there were stages": replace(RELEASE, plan=Plan(PLAN.steps, PLAN.guardrails)),
    "entry": Entry(
        "mortgage", 7, 12, 1_000_180.0, Kind.HOLD, "workflow", "baking for 60 of 120 s", Phase.PROGRESSING,
        1, 1_000, 1_000, (_VERDICT,), (Share("third", 500),), (Result("stable", 900, 45.0),),
    ),
    "entry, written before there were tests": Entry(
        "mortgage", 3, 4, 900_060.0, Kind.ADVANCE, "workflow", "on to 10 %", Phase.PROGRESSING, 0, 1_000, 0,
        (_VERDICT,),
    ),
    "line": Line(
        "documents", 950_000.0, "old", "new", 950_001.0, BEGIN, 0, 2, Kind.BEGIN, Phase.PROGRESSING, "SageMaker began"
    ),
    "pair": Pair("stable", Side(1_000_000.0, _STABLE)),
    "summary": Summary(
        31, 1, 2, Arm(3, 60), {"score": 3}, {"race=white": Arm(2, 40)}, (Example("id-1", 0, "score", "0.25", "0.75"),)
    ),
}  # fmt: skip
"""By the names that the golden items have."""
