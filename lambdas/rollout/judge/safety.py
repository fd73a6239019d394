"""Evidence that the canary is not worse: the mirrored e-process (JUDGE.md, section 2, 6)."""

import math
from collections.abc import Iterable

from lambdas.rollout.judge.tables import Table

_RELATIVE = ((1.0, 0.7), (0.75, 0.3))
"""Rate ratios that a good canary may have, with their weights."""
_ABSOLUTE = ((0.0, 0.4), (0.25, 0.3), (0.5, 0.3))
"""Rates of a good canary as shares of the negligible rate, with their weights."""
_NOTHING = -1e9
"""Log of an e-value that has been refuted for good."""


def safety(tables: Iterable[Table], detect: float, negligible: float) -> float:
    """Return the log e-value against "rate at least ``detect`` times stable's, and at least ``negligible``".

    Under that null both components are e-processes, and so is their mean. Where hardly anything fails, only the
    second can ever speak: it asks for requests, not for errors.
    """
    rows = tuple(tables)
    compared = [row for row in rows if row.canary.total and row.stable.total]
    relative = [math.log(w) + sum(_relative(row, ratio, detect) for row in compared) for ratio, w in _RELATIVE]
    absolute = [math.log(w) + sum(_absolute(row, s, negligible) for row in rows) for s, w in _ABSOLUTE]
    logs = [math.log(0.5) + x for x in (*relative, *absolute)]
    top = max(logs)
    return top + math.log(sum(math.exp(x - top) for x in logs))


def _relative(row: Table, ratio: float, detect: float) -> float:
    """Log e-value of one period for rate ratio ``ratio`` against ``detect``."""
    tilted = detect * row.share / (1 + row.share * (detect - 1))
    tilt = ratio / detect
    return row.canary.bad * math.log(tilt) - row.bad * math.log1p(tilted * (tilt - 1))


def _absolute(row: Table, part: float, negligible: float) -> float:
    """Log likelihood ratio of one period for rate ``part * negligible`` against ``negligible``."""
    good = row.canary.total - row.canary.bad
    bad = row.canary.bad * math.log(part) if part else (_NOTHING if row.canary.bad else 0.0)
    return bad + good * (math.log1p(-part * negligible) - math.log1p(-negligible))
