"""What is claimed of Serinus, each with the measurement that decides it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.judge import latency
from benchmarks.judge.guarantee import Guarantee
from benchmarks.judge.latency import Canary
from benchmarks.judge.score import Score, mean, ratio
from benchmarks.judge.streams import ALPHA

ORACLE, KAYENTA = "oracle SPRT", "Kayenta, every 5 minutes"
KAYENTA_LATENCY = "Kayenta, every 5 minutes, on the p99"
SLOWER = tuple(latency.Setting(Canary.SLOWER, incident).name for incident in (False, True))
PERIOD_OF_LIMIT = 0.15
"""Where one period holds at most this part of the Wald count, waiting for its end costs little."""


@dataclass(frozen=True, slots=True)
class Played:
    """The scores of one setting."""

    name: str
    limit: float
    """Wald's limit, in canary requests."""
    per_period: float
    """Canary requests per period."""
    whole_minutes: bool
    """Errors at 50 requests per second and a period of 60 seconds, as in the claims."""
    errors: bool
    scores: Sequence[Score]
    champion: str = "Serinus"

    def of(self, judge: str) -> Score:
        """Return a judge's score."""
        return next(score for score in self.scores if score.judge == judge)

    @property
    def ours(self) -> Score:
        """Serinus's score."""
        return self.of(self.champion)


@dataclass(frozen=True, slots=True)
class Claim:
    """``measured`` is the bound of the 95 % confidence interval that speaks against it."""

    what: str
    setting: str
    measured: float
    at_most: float

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.measured <= self.at_most


def claims(played: Sequence[Played], guarantees: Sequence[Guarantee]) -> list[Claim]:
    """Decide all claims."""
    found = [Claim("false rollbacks in a healthy hour", g.situation, g.false.bound(), ALPHA) for g in guarantees]
    for one in played:
        found.extend(_against_limits(one))
        found.extend(_against_peers(one))
    return found


def _against_limits(one: Played) -> Iterator[Claim]:
    if one.whole_minutes:
        against = ratio(one.ours.requests, one.of(ORACLE).requests)
        yield Claim("requests to rollback ÷ the oracle's", one.name, against.value + against.half, 1.15)
    if one.errors and one.per_period <= PERIOD_OF_LIMIT * one.limit and one.champion == "Serinus":
        requests = mean(one.ours.requests)
        yield Claim(
            "requests to rollback ÷ Wald's limit", one.name, (requests.value + requests.half) / one.limit, 1.5
        )


def _against_peers(one: Played) -> Iterator[Claim]:
    if one.whole_minutes:
        harmed = ratio(one.ours.bad, one.of(KAYENTA).bad)
        yield Claim("bad answers to rollback ÷ Kayenta's", one.name, harmed.value + harmed.half, 1 / 3)
    if one.name in SLOWER:
        slower = ratio(one.ours.requests, one.of(KAYENTA_LATENCY).requests)
        yield Claim("requests to rollback ÷ Kayenta's on the p99", one.name, slower.value + slower.half, 1 / 10)
    for peer in rivals(one):
        against = ratio(one.ours.requests, peer.requests)
        yield Claim(f"requests to rollback ÷ those of the fastest peer, {peer.judge}", one.name, against.value, 1.0)


def rivals(one: Played) -> list[Score]:
    """Return the fastest peer that keeps false rollbacks to 1 % here without hindsight; none if there is none."""
    honest = [
        s for s in one.scores if not s.judge.startswith("Serinus") and not s.aided and not s.false.exceeds(ALPHA)
    ]
    return sorted(honest, key=lambda s: float(s.requests.mean()))[:1]
