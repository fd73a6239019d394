"""The bandits' benchmark: limits that are limits, players that play by their rules, claims read off rightly."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from benchmarks.bandit import exact, limit, page, players, serinus
from benchmarks.bandit.claims import claims
from benchmarks.bandit.score import FORGETS, MABWISER, OPTIMAL, SERINUS, Played
from benchmarks.bandit.worlds import DIURNAL, FLAT, MEAN, SMALL, SPREAD, SWITCHING, Ints, Shape, World, draw
from lambdas.rollout.bandit.batches import Batch, conversions
from lambdas.rollout.bandit.terms import Arm
from lambdas.rollout.bandit.update import weights

TINY = World(Shape.SMALL, batches=2, requests=4)


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def _by_hand(world: World) -> float:
    """The most conversions in a small world: over all histories, without a table of moves."""

    def beta_binomial(k: int, n: int, wins: int, losses: int) -> float:
        ways = math.comb(n, k) * math.gamma(wins + losses + 2) / math.gamma(wins + losses + n + 2)
        return (
            ways
            * math.gamma(wins + k + 1)
            * math.gamma(losses + n - k + 1)
            / (math.gamma(wins + 1) * math.gamma(losses + 1))
        )

    @cache
    def value(batch: int, a: tuple[int, int], b: tuple[int, int]) -> float:
        if batch == world.batches:
            return 0.0
        return max(
            sum(
                beta_binomial(i, m, *a)
                * beta_binomial(j, world.requests - m, *b)
                * (i + j + value(batch + 1, (a[0] + i, a[1] + m - i), (b[0] + j, b[1] + world.requests - m - j)))
                for i in range(m + 1)
                for j in range(world.requests - m + 1)
            )
            for m in range(0, world.requests + 1, 2)
        )

    return value(0, (0, 0), (0, 0))


def test_the_exact_limit_is_what_all_histories_give() -> None:
    assert exact.least(TINY) == pytest.approx(8 * 2 / 3 - _by_hand(TINY))


def test_who_plays_the_exact_limit_loses_what_it_says() -> None:
    world, runs = replace(SMALL, batches=4), 600
    lost = [players.regret(draw(world, 3, run, runs), exact.Exact(world)) for run in range(runs)]
    assert np.mean(lost) == pytest.approx(exact.least(world), abs=4 * float(np.std(lost)) / runs**0.5)


def test_the_limit_of_a_single_batch_is_half_of_the_mean_difference() -> None:
    single = World(Shape.FLAT, batches=1)
    assert limit.least(single) == pytest.approx(1_500 * SPREAD / math.sqrt(math.pi), rel=1e-3)
    assert limit.least(World(Shape.SWITCHING, batches=2, switches=1)) == pytest.approx(2 * limit.least(single))


@pytest.mark.parametrize("world", [replace(FLAT, batches=8), replace(DIURNAL, batches=8)])
def test_who_plays_the_limit_loses_what_it_says_and_nobody_less(world: World) -> None:
    runs = 150
    streams = [draw(world, 1, run, runs) for run in range(runs)]
    played = np.array([players.regret(stream, limit.Optimal(world)) for stream in streams])
    assert played.mean() == pytest.approx(limit.least(world), abs=4 * played.std() / runs**0.5)
    for make in (
        lambda: players.Med(2, 0),
        lambda: players.Thompson(2, 0),
        lambda: serinus.Serinus(2, serinus.UNBOUND),
    ):
        others = np.array([players.regret(stream, make()) for stream in streams])
        assert others.mean() > played.mean() - 2 * (others - played).std() / runs**0.5


def test_streams_are_the_same_for_all_and_arms_differ_as_they_should() -> None:
    streams = [draw(replace(FLAT, batches=2), 1, run, 200) for run in range(200)]
    again = draw(replace(FLAT, batches=2), 1, 7, 200)
    assert np.array_equal(again.converted[1], streams[7].converted[1])
    gaps = np.array([stream.rates[0, 0] - stream.rates[0, 1] for stream in streams])
    assert gaps.mean() == pytest.approx(0, abs=1e-4)
    assert gaps.std() == pytest.approx(SPREAD * math.sqrt(2), rel=0.02)
    assert np.mean([stream.rates for stream in streams]) == pytest.approx(MEAN, rel=0.02)
    assert streams[0].play(0, ints(0, 1_000))[0] == 0


def test_a_day_has_its_cycle_and_switches() -> None:
    day, switching = draw(DIURNAL, 1, 0, 1), draw(SWITCHING, 1, 0, 1)
    assert (day.requests.max(), day.requests.min()) == (2_400, 600)
    assert day.rates[:, 0].max() / day.rates[:, 0].min() == pytest.approx(4, rel=0.01)
    assert np.flatnonzero(np.diff(switching.rates[:, 0])).tolist() == [31, 63]
    assert switching.regret(0, ints(500, 500)) == pytest.approx(500 * abs(np.diff(switching.rates[0])[0]))


def test_requests_are_dealt_whole() -> None:
    assert players.dealt(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert players.dealt(7, np.array([0.0, 2.0])).tolist() == [0, 7]


def _taught(player: players.Player, *batches: tuple[Ints, Ints]) -> list[int]:
    for counts, converted in batches:
        player.learn(counts, converted)
    return [int(count) for count in player.deal(1_000)]


def test_the_players_know_their_rules() -> None:
    known = (ints(400, 100), ints(20, 6))
    assert _taught(players.Pooled(2, 0), known) == [500, 500]
    assert _taught(players.Greedy(2, 0), known) == [50, 950]
    assert _taught(players.KlUcb(2, 0), known) == [0, 1_000], "less is known of the second"
    assert _taught(players.KlUcb(2, 0)) == [500, 500]
    share = math.exp(-400 * (0.05 * math.log(0.05 / 0.06) + 0.95 * math.log(0.95 / 0.94)))
    assert _taught(players.Med(2, 0), known)[0] == pytest.approx(1_000 * share / (1 + share), abs=1)
    assert _taught(players.Thompson(2, 0), (ints(1_000, 1_000), ints(10, 90))) == [0, 1_000]
    forgets = _taught(players.Thompson(2, 0, 0.01), (ints(900, 900), ints(9, 90)), (ints(900, 900), ints(90, 9)))
    assert forgets == [1_000, 0]


def test_kl_ucb_solves_for_its_index() -> None:
    rate = players._highest(0.05, 0.01)
    assert 0.05 * math.log(0.05 / rate) + 0.95 * math.log(0.95 / (1 - rate)) == pytest.approx(0.01)


def test_serinus_plays_as_in_production() -> None:
    player, batches, arms = serinus.Serinus(2, serinus.FORGETS), list[Batch](), [Arm("0", 5_000), Arm("1", 5_000)]
    stream = draw(replace(FLAT, batches=6), 1, 0, 1)
    for batch in range(6):
        assert player.deal(10_000).tolist() == [arm.share for arm in arms]
        counts = player.deal(1_000)
        converted = stream.play(batch, counts)
        player.learn(counts, converted)
        batches.append(Batch(0.0, {str(i): conversions(int(counts[i]), int(converted[i])) for i in range(2)}))
        shares = weights(batches, arms, serinus.FORGETS, 0.0).shares
        arms = [arm._replace(share=share) for arm, share in zip(arms, shares, strict=True)]


def test_claims_are_read_off_the_regrets() -> None:
    names = (OPTIMAL, SERINUS, FORGETS, *MABWISER)
    even = {name: np.array([10.0, 12.0, 14.0]) for name in names}
    played = {world: Played(world, 12.0, even) for world in (FLAT, DIURNAL, SWITCHING)}
    assert all(claim.holds for claim in claims(played))
    worse = {**even, SERINUS: 4 * even[SERINUS]}
    failed = [claim.world for claim in claims({**played, DIURNAL: Played(DIURNAL, 12.0, worse)}) if not claim.holds]
    assert failed == ["diurnal", "diurnal"]
    assert "**fails**" in page.page(list(played.values()), claims({**played, FLAT: Played(FLAT, 3.0, even)}))
