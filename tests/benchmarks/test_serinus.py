"""The adapter decides as the guardrails themselves do; claims and scores are read off rightly."""

import numpy as np
import pytest

from benchmarks.judge import latency, page, serinus
from benchmarks.judge.claims import Played, claims, rivals
from benchmarks.judge.guarantee import Guarantee
from benchmarks.judge.score import Score, Share, mean, ratio, score
from benchmarks.judge.streams import ALPHA, Setting, draw
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.judge.rate import RateTest
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome


@pytest.mark.parametrize(("margin", "burst"), [(1.0, 1.0), (1.1, 1.0), (1.0, 9.0)])
def test_errors_are_judged_as_the_guardrail_does(margin: float, burst: float) -> None:
    streams = draw(Setting(0.005, 0.02), 10, (3,), healthy=False)
    stops = serinus.stops(streams, margin=margin, burst=burst)
    for run, stop in enumerate(stops.tolist()):
        test = RateTest(ErrorRate(margin=margin, burst=burst), ALPHA, ALPHA)
        counts = (streams.canary_bad, streams.canary, streams.stable_bad, streams.stable)
        rows = [[int(count[run, at]) for count in counts] for at in range(60)]
        tables = [Table(float(at), Arm(a, b), Arm(c, d)) for at, (a, b, c, d) in enumerate(rows)]
        fails = [test.verdict(tables[: at + 1]).outcome is Outcome.FAIL for at in range(60)]
        assert stop == (fails.index(True) if True in fails else 60)


def test_a_slower_canary_fails_and_one_like_stable_does_not() -> None:
    setting = latency.Setting(latency.Canary.SLOWER)
    healthy, slower = (latency.draw(setting, 5, (3, 0), healthy=healthy) for healthy in (True, False))
    assert serinus.latency_stops(slower.canary.ladder, slower.stable.ladder).max() < 10
    assert serinus.latency_stops(healthy.canary.ladder, healthy.stable.ladder).min() == 60


def scored(judge: str, stop: int, blamed: int = 60, *, aided: bool = False) -> Score:
    """Two runs of 100 requests and 3 errors a look, rolled back at ``stop`` and one later."""
    healthy, stops = np.array([blamed, 60]), np.array([stop, stop + 1])
    return score(judge, healthy, stops, np.full((2, 80), 100), np.full((2, 80), 3), aided=aided)


def test_a_score_counts_what_was_served_until_the_rollback() -> None:
    found = scored("x", 4)
    assert found.requests.tolist() == [500, 600]
    assert found.bad.tolist() == [15, 18]
    assert (found.power.value, found.unseen.value, found.minutes) == (1.0, 0.0, 5.5)
    never = scored("x", 80)
    assert never.unseen.value == 1.0
    assert never.requests.tolist() == [8000, 8000], "a lower bound"


def test_confidence_bounds_are_the_textbook_s() -> None:
    assert Share(0, 300).bound() == pytest.approx(1 - 0.05 ** (1 / 300))
    assert Share(10, 10).bound() == 1.0
    assert mean(np.array([1.0, 3.0])).error == pytest.approx(1.0)
    same = np.array([1.0, 2.0, 4.0])
    assert (ratio(2 * same, same).value, ratio(2 * same, same).error) == pytest.approx((2.0, 0.0))


def played(*scores: Score) -> Played:
    return Played("0.5 → 2 %", 300.0, 150.0, whole_minutes=True, errors=True, scores=scores)


def test_claims_hold_and_fail_by_what_was_measured() -> None:
    fast = played(scored("Serinus", 2), scored("oracle SPRT", 2, aided=True), scored("Kayenta, every 5 minutes", 20))
    slow = played(scored("Serinus", 9), scored("oracle SPRT", 2, aided=True), scored("Kayenta, every 5 minutes", 20))
    kept = [Guarantee("errors", Share(150, 20_000)), Guarantee("latency", Share(190, 20_000))]
    assert [claim.holds for claim in claims([], kept)] == [True, False], "the bound counts, not the share"
    assert all(claim.holds for claim in claims([fast], []))
    failed = [claim.what for claim in claims([slow], []) if not claim.holds]
    assert failed == ["requests to rollback ÷ the oracle's", "bad answers to rollback ÷ Kayenta's"]


def test_rivals_are_neither_ours_nor_aided_nor_blaming() -> None:
    ours, oracle, blaming = scored("Serinus", 2), scored("oracle SPRT", 1, aided=True), scored("z-test", 0, blamed=3)
    honest, slower = scored("savvi", 5), scored("gbstats", 9)
    assert rivals(played(ours, oracle, blaming, slower, honest)) == [honest]


def test_the_page_shows_each_judge_and_each_claim() -> None:
    one = played(scored("Serinus", 2), scored("oracle SPRT", 2, aided=True), scored("Kayenta, every 5 minutes", 80))
    decided = claims([one], [])
    text = page.page([one], [Guarantee("errors", Share(150, 20_000))], decided)
    assert "| **Serinus** | 0.00 % (≤ 77.64 %) | 100 % | 4 | 350 ± 98 | 10.5 ± 2.9 | 1.17 |" in text
    assert "| Kayenta, every 5 minutes | 0.00 % (≤ 77.64 %) | 0 % | never | - | - | - |" in text
    assert "| errors | 150 | 20,000 | 0.75 % | 0.86 % |" in text
    assert text.count("| holds |") == len(decided)
