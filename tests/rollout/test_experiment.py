"""The experiment: claims hold as often as they should, outcomes follow from them, and nothing comes from nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from lambdas.rollout.experiment.experiment import rates, values
from lambdas.rollout.experiment.foresight import of_rate, of_values
from lambdas.rollout.experiment.proofs import rate_proof
from lambdas.rollout.experiment.rows import Rates, Values
from lambdas.rollout.experiment.standing import Standing
from lambdas.rollout.experiment.terms import Claim, Outcome, Pair, Terms, Verdict
from lambdas.rollout.judge.ladder import WORSE_PRIOR, Ladder
from lambdas.rollout.judge.verdict import Arm

TERMS = Terms(("stable", "canary"), (5_000, 5_000), effect=0.2)
THREE = Terms(("stable", "canary", "third"), (4_000, 3_000, 3_000), effect=0.2)
SMALL = [(1, 1), (3, 9), (10, 10), (20, 5)]


def play(random: Generator, terms: Terms, chances: tuple[float, ...], per_period: int, periods: int) -> Verdict:
    """Look after each period, until something is decided."""
    experiment, rows, exposed = rates(terms), list[Rates](), [0] * len(chances)
    verdict = experiment.verdict(rows, exposed, 0.0)
    for period in range(periods):
        counts = random.multinomial(per_period, [share / sum(terms.split) for share in terms.split])
        arms = [Arm(int(random.binomial(n, p)), int(n)) for n, p in zip(counts, chances, strict=True)]
        rows.append(Rates(60.0 * period, tuple(arms)))
        exposed = [before + arm.total for before, arm in zip(exposed, arms, strict=True)]
        verdict = experiment.verdict(rows, exposed, 0.0)
        if verdict.outcome is not Outcome.RUNNING:
            break
    return verdict


def proven(verdict: Verdict) -> set[tuple[str, str, Claim]]:
    return {
        (pair.arm, pair.other, claim)
        for pair in verdict.pairs
        for claim, evidence in ((Claim.BETTER, pair.better), (Claim.CLOSE, pair.close))
        if evidence >= verdict.bound
    }


def _binomial(n: int, k: int, rate: float) -> float:
    return math.comb(n, k) * rate**k * (1 - rate) ** (n - k)


@pytest.mark.parametrize("sizes", SMALL)
@pytest.mark.parametrize("base", [0.01, 0.05, 0.2, 0.5])
@pytest.mark.parametrize("effect", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("claim", Claim)
def test_one_period_is_worth_at_most_one_where_the_claim_is_just_not_true(
    sizes: tuple[int, int], base: float, effect: float, claim: Claim
) -> None:
    terms = replace(TERMS, effect=effect, alpha=0.5)
    mine = base if claim is Claim.BETTER else base / (1 + effect)
    expected = 0.0
    for a, b in product(*(range(size + 1) for size in sizes)):
        row = Rates(0.0, (Arm(a, sizes[0]), Arm(b, sizes[1])))
        e_value = math.exp(rate_proof(terms, (0, 1), claim)([row]))
        expected += _binomial(sizes[0], a, mine) * _binomial(sizes[1], b, base) * e_value
    assert expected <= 1 + 1e-12


def test_looking_every_period_makes_no_more_wrong_claims_than_alpha() -> None:
    random, runs, wrong = default_rng(1), 300, 0
    terms = replace(TERMS, alpha=0.1)
    for run in range(runs):
        effect = (1.0, 1.1, 1.2)[run % 3]  # equal, between, and at the effect
        found = proven(play(random, terms, (0.05, 0.05 * effect), 2_000, 60))
        lies = {("stable", "canary", Claim.BETTER)}
        lies |= {("canary", "stable", Claim.BETTER)} if effect == 1.0 else set()
        lies |= {("stable", "canary", Claim.CLOSE)} if effect == 1.2 else set()
        wrong += bool(found & lies)
    assert wrong <= runs * 0.1


def test_alpha_is_kept_over_all_pairs_of_three_arms() -> None:
    random, runs, terms = default_rng(2), 120, replace(THREE, alpha=0.2)
    claims = [proven(play(random, terms, (0.05, 0.05, 0.05), 2_000, 40)) for _ in range(runs)]
    assert sum(any(claim is Claim.BETTER for *_, claim in found) for found in claims) <= runs * 0.2


def test_a_better_treatment_is_seen_in_the_time_that_was_foreseen() -> None:
    random, runs = default_rng(3), 60
    for terms in (TERMS, replace(TERMS, split=(9_000, 1_000), effect=0.4)):
        foreseen = of_rate(terms, 0.05, traffic=10.0)
        per_period = round(foreseen.enough / 50)
        verdicts = [play(random, terms, (0.05, 0.05 * (1 + terms.effect)), per_period, 50) for _ in range(runs)]
        won = sum(verdict.winner == "canary" for verdict in verdicts)
        assert won >= runs * (terms.power - 0.1)
        assert foreseen.expected_seconds == pytest.approx(foreseen.expected / 10)
        assert foreseen.expected < foreseen.enough


def test_equal_arms_end_without_a_difference_in_about_the_time_foreseen() -> None:
    random, runs = default_rng(4), 30
    per_period = round(of_rate(TERMS, 0.05, traffic=1.0).equal / 25)
    outcomes = [play(random, TERMS, (0.05, 0.05), per_period, 100).outcome for _ in range(runs)]
    assert outcomes.count(Outcome.NO_DIFFERENCE) >= runs - 3


def test_a_worse_treatment_loses_and_the_worse_of_two_leaves_before_the_end() -> None:
    random = default_rng(5)
    lost = play(random, TERMS, (0.08, 0.05), 2_000, 60)
    assert (lost.outcome, lost.winner, lost.losers) == (Outcome.LOSER, "", ("canary",))
    assert "canary is proven worse than stable" in lost.sentence
    won = play(random, THREE, (0.06, 0.03, 0.1), 2_000, 60)
    assert (won.outcome, won.winner) == (Outcome.WINNER, "third")


def test_bursts_are_tempered() -> None:
    row = Rates(0.0, (Arm(100, 2_000), Arm(180, 2_000)))
    plain, burst = (rates(replace(TERMS, burst=b)).verdict([row], (2_000, 2_000), 0.0) for b in (1.0, 9.0))
    assert (plain.outcome, burst.outcome) == (Outcome.WINNER, Outcome.RUNNING)
    many = [row._replace(at=float(at)) for at in range(20)]
    assert rates(replace(TERMS, burst=9.0)).verdict(many, (40_000, 40_000), 0.0).winner == "canary"


def test_late_data_corrects_the_next_verdict() -> None:
    experiment = rates(TERMS)
    early = Rates(0.0, (Arm(180, 2_000), Arm(100, 2_000)))
    late = Rates(0.0, (Arm(180, 2_000), Arm(190, 2_000)))
    assert experiment.verdict([early], (2_000, 2_000), 0.0).outcome is Outcome.LOSER
    again = experiment.verdict([late], (2_000, 2_000), 0.0)
    assert again == rates(TERMS).verdict([late], (2_000, 2_000), 0.0)
    assert again.outcome is Outcome.RUNNING


def test_a_wrong_split_stops_it_and_nothing_is_believed() -> None:
    row = Rates(0.0, (Arm(100, 2_000), Arm(400, 3_000)))
    verdict = rates(TERMS).verdict([row], (2_000, 3_000), 0.0)
    assert (verdict.outcome, verdict.winner) == (Outcome.STOPPED, "")
    assert "2000, 3000 times" in verdict.sentence


counts = st.builds(Arm, st.integers(-3, 50), st.integers(-3, 50))


@given(st.data(), st.integers(0, 4), st.floats(0, 3e6), st.sampled_from([1.0, 7.5]))
def test_no_arm_wins_without_data_or_alone_and_nothing_raises(
    data: st.DataObject, arms: int, elapsed: float, burst: float
) -> None:
    terms = Terms(tuple("abcd"[:arms]), (2_500,) * arms, burst=burst)
    rows = data.draw(st.lists(st.builds(Rates, st.floats(0, 1e9), st.tuples(*[counts] * arms)), max_size=4))
    verdict = rates(terms).verdict(rows, [0] * arms, elapsed)
    late = elapsed >= terms.max_duration
    if arms < 2 or not any(arm.bad > 0 for row in rows for arm in row.arms):
        assert verdict.outcome is (Outcome.STOPPED if late else Outcome.RUNNING)
    assert (verdict.winner != "") == (verdict.outcome is Outcome.WINNER)
    assert verdict.winner != "a", "the control does not win, its rivals lose"
    assert verdict.sentence


def standing(arms: int, *claims: tuple[int, int, Claim]) -> Standing:
    pairs = {
        (a, b): Pair(
            str(a),
            str(b),
            5.0 if (a, b, Claim.BETTER) in claims else 1.0,
            5.0 if (a, b, Claim.CLOSE) in claims else 1.0,
        )
        for a, b in permutations(range(arms), 2)
    }
    return Standing(arms, pairs, 5.0)


BETTER, CLOSE = Claim.BETTER, Claim.CLOSE


@pytest.mark.parametrize(
    ("claims", "elapsed", "expected"),
    [
        ([], "early", (Outcome.RUNNING, None)),
        ([], "late", (Outcome.STOPPED, None)),
        ([(1, 0, BETTER)], "early", (Outcome.RUNNING, None)),
        ([(1, 0, BETTER)], "late", (Outcome.WINNER, 1)),
        ([(1, 0, BETTER), (0, 2, BETTER)], "early", (Outcome.WINNER, 1)),
        ([(1, 0, BETTER), (1, 2, BETTER)], "early", (Outcome.WINNER, 1)),
        ([(1, 0, BETTER), (2, 0, BETTER)], "early", (Outcome.RUNNING, None)),
        ([(1, 0, BETTER), (2, 0, BETTER), (2, 1, CLOSE)], "early", (Outcome.WINNER, 2)),
        ([(1, 0, BETTER), (2, 0, BETTER), (2, 1, BETTER), (1, 2, CLOSE)], "early", (Outcome.WINNER, 2)),
        ([(1, 0, BETTER), (2, 1, BETTER)], "late", (Outcome.WINNER, 1)),
        ([(1, 0, BETTER), (0, 1, BETTER)], "late", (Outcome.STOPPED, None)),
        ([(0, 1, BETTER), (0, 2, BETTER)], "early", (Outcome.LOSER, None)),
        ([(0, 1, BETTER)], "early", (Outcome.RUNNING, None)),
        ([(0, 1, BETTER), (0, 2, CLOSE), (2, 0, CLOSE)], "early", (Outcome.NO_DIFFERENCE, None)),
        ([(0, 1, CLOSE), (1, 0, CLOSE), (0, 2, CLOSE)], "early", (Outcome.RUNNING, None)),
    ],
)
def test_what_follows_from_what_is_proven(
    claims: list[tuple[int, int, Claim]], elapsed: str, expected: tuple[Outcome, int | None]
) -> None:
    assert standing(3, *claims).outcome(late=elapsed == "late") == expected


LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9)
LADDER = Ladder("revenue", 0.0, tuple(-30.0 * math.log(level) for level in LEVELS), LEVELS)
VALUES = Terms(("stable", "canary"), (5_000, 5_000), effect=0.2)


def binned(random: Generator, mean: float, count: int, factor: float) -> tuple[int, ...]:
    found = [0] * (len(LEVELS) + 1)
    for value in random.exponential(mean, count):
        found[sum(value <= edge * factor for edge in LADDER.edges)] += 1
    return tuple(found)


def play_values(random: Generator, lift: float, per_period: int, periods: int, terms: Terms = VALUES) -> Verdict:
    experiment, rows = values(terms, LADDER), list[Values]()
    verdict = experiment.verdict(rows, (0, 0), 0.0)
    for period in range(periods):
        seeds = random.integers(2**32, size=2)
        plain, lifted = (
            tuple(
                binned(default_rng(seed), mean, per_period, factor)
                for seed, mean in zip(seeds, (30.0, 30.0 * lift), strict=True)
            )
            for factor in (1.0, 1 + terms.effect)
        )
        rows.append(Values(float(period), plain, lifted))
        verdict = experiment.verdict(rows, (per_period * (period + 1),) * 2, 0.0)
        if verdict.outcome is not Outcome.RUNNING:
            break
    return verdict


@pytest.mark.parametrize(
    ("lift", "outcome"), [(1.25, Outcome.WINNER), (0.8, Outcome.LOSER), (1.0, Outcome.NO_DIFFERENCE)]
)
def test_values_are_told_apart_by_their_whole_distribution(lift: float, outcome: Outcome) -> None:
    per_period = round(of_values(VALUES, LADDER, traffic=1.0).enough / 20)
    outcomes = [play_values(default_rng(seed), lift, per_period, 60).outcome for seed in range(5)]
    assert outcomes.count(outcome) >= 4


@pytest.mark.parametrize("burst", [1.0, 4.0])
def test_equal_values_win_no_more_often_than_alpha(burst: float) -> None:
    terms = replace(VALUES, alpha=0.2, effect=0.5, burst=burst)
    found = [proven(play_values(default_rng(seed), 1.0, 60, 15, terms)) for seed in range(40)]
    assert sum(any(claim is Claim.BETTER for *_, claim in claims) for claims in found) <= 40 * 0.2


def test_bursts_temper_values_too() -> None:
    bins = tuple(binned(default_rng(arm), mean, 400, 1.0) for arm, mean in enumerate((30.0, 45.0)))
    rows = [Values(float(at), bins, bins) for at in range(3)]
    plain, burst = (
        values(replace(VALUES, burst=b, alpha=1e-30), LADDER).verdict(rows, (400, 400), 0.0).pairs[1]
        for b in (1.0, 3.0)
    )
    assert (plain.arm, plain.other) == ("canary", "stable")
    toll = math.log(sum(weight ** (1 / 3) for weight in WORSE_PRIOR))
    assert burst.better == pytest.approx(plain.better / 3 - toll)
    assert 0 < burst.better < plain.better / 3
