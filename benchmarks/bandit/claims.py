"""What is claimed of Serinus's bandit, each with the measurement that decides it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.bandit.score import FORGETS, MABWISER, OPTIMAL, SERINUS, Played
from benchmarks.bandit.worlds import DIURNAL, FLAT, SWITCHING, World


@dataclass(frozen=True, slots=True)
class Claim:
    """``measured`` is the end of the 95 % confidence interval that speaks against it."""

    what: str
    world: str
    measured: float
    at_most: float

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.measured <= self.at_most


def claims(played: Mapping[World, Played]) -> list[Claim]:
    """Decide all claims."""
    found = [claim for one in played.values() for claim in _limit(one)]
    for world, mine in ((FLAT, SERINUS), (DIURNAL, SERINUS), (SWITCHING, FORGETS)):
        one = played[world]
        ratio = one.over(mine, OPTIMAL)
        found.append(
            Claim(f"{mine}: regret ÷ the optimal player's", world.name, ratio.value + ratio.half, _AT_MOST[world])
        )
    for world, mine in ((DIURNAL, SERINUS), (SWITCHING, FORGETS)):
        peer = min(MABWISER, key=lambda name: played[world].mean(name).value)
        ratio = played[world].over(mine, peer)
        found.append(
            Claim(f"{mine}: regret ÷ that of mabwiser's best, {peer}", world.name, ratio.value + ratio.half, 1.0)
        )
    return found


_AT_MOST = {FLAT: 2.5, DIURNAL: 2.5, SWITCHING: 3.0}


def _limit(one: Played) -> Iterator[Claim]:
    if one.limit is not None:
        played = one.mean(OPTIMAL)
        off = abs(played.value / one.limit - 1)
        yield Claim(
            "the optimal player's regret is the limit that was computed",
            one.world.name,
            off,
            1.5 * played.half / one.limit,
        )
