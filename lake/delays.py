"""How long truths took, in hours: from the hour of the inference to the hour of the folder in which a truth lies.

Folders are by the hour, so nothing finer is known. A truth that lies in an hour before the inference's took 0 hours.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any


def delays() -> str:
    """Count each variant's labelled rows by the hours that their truths took: endpoint, variant, hours, labelled."""
    hours = "greatest(date_diff('hour', date_trunc('hour', \"at\"), collected), 0)"
    return (
        f"SELECT endpoint, variant, hours, count(*) AS labelled FROM (SELECT endpoint, variant, {hours} AS hours"
        f" FROM labelled) AS waited GROUP BY endpoint, variant, hours ORDER BY endpoint, variant, hours"
    )


@dataclass(frozen=True, slots=True)
class Delays:
    """Labelled rows by hours, as (hours, rows) in ascending order of hours; at least one."""

    counts: tuple[tuple[int, int], ...]

    def within(self, share: float) -> int:
        """Tell in how many hours this share of the labelled rows (above 0, up to 1) had its truth.

        The least such number: the quantile as the inverse of the empirical distribution.
        """
        whole = sum(rows for _, rows in self.counts)
        return next(hours for hours, rows in self.curve() if rows >= share * whole)

    def curve(self) -> Iterator[tuple[int, int]]:
        """Tell how many rows had their truth within so many hours."""
        hours, rows = zip(*self.counts, strict=True)
        return zip(hours, accumulate(rows), strict=True)


def by_variant(records: Iterable[Mapping[str, Any]]) -> dict[str, Delays]:
    """Arrange `delays`' rows, which come in order."""
    found: dict[str, list[tuple[int, int]]] = {}
    for record in records:
        found.setdefault(record["variant"], []).append((int(record["hours"]), int(record["labelled"])))
    return {variant: Delays(tuple(counts)) for variant, counts in found.items()}
