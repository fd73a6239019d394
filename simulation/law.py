"""The law of a positive value, such as a latency: lognormal, and for a part of the values a multiple of it."""

import math
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
_P99 = _NORMAL.inv_cdf(0.99)


@dataclass(frozen=True, slots=True)
class Law:
    """Values around ``median``; ``spread`` is the standard deviation of their logarithms.

    Of the values, ``part`` are ``times`` as large.
    """

    median: float
    spread: float
    part: float = 0.0
    times: float = 1.0

    @classmethod
    def through(cls, p50: float, p99: float) -> "Law":
        """Draw the lognormal law through two percentiles; they may be equal."""
        return cls(p50, max(math.log(p99 / p50), 1e-6) / _P99)

    def up_to(self, value: float) -> float:
        """Return the share of values up to ``value``."""
        if value <= 0.0:
            return 0.0
        plain = self._plain(value)
        return plain if self.part == 0.0 else plain + self.part * (self._plain(value / self.times) - plain)

    def quantile(self, share: float) -> float:
        """Return the value that ``share`` of the values are up to; to a millionth of it where a part differs."""
        value = self._plain_quantile(share)
        if self.part in {0.0, 1.0}:
            return value * (self.times if self.part else 1.0)
        low, high = sorted((value, value * self.times))
        while high - low > 1e-6 * high:
            middle = (low + high) / 2
            low, high = (middle, high) if self.up_to(middle) < share else (low, middle)
        return high

    def _plain(self, value: float) -> float:
        return 0.5 * math.erfc((math.log(self.median) - math.log(value)) / (self.spread * math.sqrt(2)))

    def _plain_quantile(self, share: float) -> float:
        return self.median * math.exp(self.spread * _NORMAL.inv_cdf(share))
