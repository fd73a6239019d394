"""A challenger is judged by what turned out to be true: from captures and truths to its way out of the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from lambdas.control.count_quality import count_predictions, count_truths
from lambdas.rollout.guardrails import ErrorRate, Quality
from lambdas.rollout.plan import FULL, Experiment, Routing, Step
from lambdas.rollout.release import Challenger
from lambdas.rollout.state import Kind, Phase
from tests.control.test_sticky import Scene as Rollout
from tests.examples import PLAN, RELEASE
from tests.quality.fakes import Scene, capture_key, capture_line, truth_key, truth_line

if TYPE_CHECKING:
    from lambdas.rollout.quality.counts import Counts

_HOUR = 3_600
SHARES = {"stable": 2_500, "canary": 2_500, "lean": 2_500, "large": 2_500}
ASKED, POSITIVE = 40, 20
"""Requests a minute to each variant, and how many of them are truly positive."""


def _rollout() -> Rollout:
    asked = Experiment(4 * _HOUR, split=2_500, minimum_effect=0.1, challengers={"lean": 2_500, "large": 2_500})
    plan = replace(
        PLAN,
        steps=(Step(2_500, 60, 4 * _HOUR, experiment=asked), Step(FULL, 120, 600)),
        guardrails=(ErrorRate(), Quality("recall")),
        routing=Routing.STICKY,
    )
    tested = (Challenger("lean", "v2-lean"), Challenger("large", "v2-large"))
    begun = Rollout(replace(RELEASE, plan=plan, challengers=tested))
    begun.won = dict.fromkeys(SHARES, 0.1)
    return begun


class _Counted(Scene):
    """The `captures` function, which puts what it counts where the judge looks."""

    def __init__(self, judged: Rollout) -> None:
        super().__init__()
        self.judged, self.time, self.since = judged, judged.time, judged.rollout.began
        self.arms = judged.rollout.release.arms
        self.quality = replace(self.quality, published=self, now=lambda: self.judged.time, grain=20.0)

    def publish(self, endpoint: str, counts: Counts) -> None:
        assert endpoint == "mortgage"
        for slot, counters in counts.items():
            for name, value in counters.items() if not slot.group else ():
                series = self.judged.metrics.values.setdefault((slot.variant, name), {})
                series[slot.at] = series.get(slot.at, 0.0) + value

    def spread(self, endpoint: str, values: object) -> None:
        del endpoint, values

    def inputs(self, endpoint: str, found: object) -> None:
        del endpoint, found

    def outcomes(self, endpoint: str, found: object) -> None:
        del endpoint, found

    def minute(self, missed: dict[str, int]) -> None:
        """Capture a minute of each variant's answers, and tell the truths: so many positives were ``missed``."""
        at = f"{datetime.fromtimestamp(self.judged.time, UTC):%Y-%m-%dT%H:%M:%SZ}"
        said, true = [], []
        for variant in SHARES:
            lines = []
            for number in range(ASKED):
                positive = missed.get(variant, 2) <= number < POSITIVE
                answer = {"deny": "yes" if positive else "no", "risk": 0.9 if positive else 0.1}
                name = f"{variant}-{self.judged.time:.0f}-{number}"
                lines.append(capture_line(name, {"income": 1.0, "purpose": "x", "race": "white"}, answer, at))
                true.append(truth_line(name, "yes" if number < POSITIVE else "no"))
            said.append(self.put(capture_key(variant, at), lines))
        for key in said:
            count_predictions(self.quality, "b", key)
        count_truths(self.quality, "b", self.put(truth_key(at), true))


def _served(missed: dict[str, int], minutes: int = 30) -> Rollout:
    judged = _rollout()
    counted = _Counted(judged)
    for _ in range(minutes):
        counted.minute(missed)
        judged.serve(1)
        if judged.rollout.dropped or judged.rollout.phase is not Phase.PROGRESSING:
            break
    return judged


@pytest.mark.parametrize("worse", ["lean", "large"])
def test_a_challenger_that_misses_more_is_dropped_and_the_canary_is_not_blamed(worse: str) -> None:
    judged = _served({worse: 12})
    assert (judged.rollout.dropped, judged.rollout.phase) == ((worse,), Phase.PROGRESSING)
    (reason,) = [each.reason for each in judged.ledger.history("mortgage", 1) if each.kind is Kind.DROP]
    assert f"{worse}'s share of positives that it misses is higher" in reason


def test_challengers_that_answer_as_well_stay() -> None:
    judged = _served({})
    assert (judged.rollout.dropped, judged.rollout.phase) == ((), Phase.PROGRESSING)


def test_the_canary_answers_for_itself() -> None:
    judged = _served({"canary": 12})
    assert judged.rollout.phase is Phase.ROLLING_BACK
    assert judged.rollout.dropped == ()
