"""Sample ratio mismatch: arms whose exposures are not split as they should be, by a test that is always valid.

Bayes factor of a multinomial with a Dirichlet mixture, centred on the split, against the split itself (Lindon and
Malek, arXiv 2011.03567, NeurIPS 2022). Under the split it is a martingale that starts at 1, so that it ever reaches
1/alpha is at most alpha likely, however often one looks. A mismatch says that exposures are lost or dealt wrongly
in one arm, and then no comparison can be believed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONCENTRATION = 100.0
"""What mismatches look like: shares that are off by a tenth or so of themselves."""


def mismatch(counts: Sequence[int], split: Sequence[int], alpha: float, burst: float = 1.0) -> str:
    """Say so if exposures per arm, counted since the split was set, do not follow it; else empty.

    Users who are exposed many times count as ``burst`` times fewer: exact where each is exposed that often, and to
    the second order where ``burst`` is E[B²]/E[B].
    """
    strange = [place for place, (count, share) in enumerate(zip(counts, split, strict=True)) if count and not share]
    if not strange and evidence(counts, split, burst) < -math.log(alpha):
        return ""
    got = ", ".join(f"{count}" for count in counts)
    asked = ", ".join(f"{100 * share / sum(split):.4g} %" if sum(split) else "nothing" for share in split)
    return (
        f"the arms were exposed {got} times where the split is {asked}: less than {100 * alpha:g} % likely by chance"
    )


def evidence(counts: Sequence[int], split: Sequence[int], burst: float = 1.0) -> float:
    """Return the log e-value against the split, of arms that have a share."""
    given = [(count / burst, share) for count, share in zip(counts, split, strict=True) if share > 0 and count >= 0]
    total, whole = sum(count for count, _ in given), sum(share for _, share in given)
    if len(given) < 2:
        return 0.0
    log = math.lgamma(_CONCENTRATION) - math.lgamma(_CONCENTRATION + total)
    for count, share in given:
        part = share / whole
        log += math.lgamma(_CONCENTRATION * part + count) - math.lgamma(_CONCENTRATION * part)
        log -= count * math.log(part)
    return log
