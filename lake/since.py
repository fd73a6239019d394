"""Rows of today against a baseline file: the same comparison as between two sets of rows.

A number's baseline is a sketch, in which some 2,000 values stand for all rows: figures are as true as its ranks, to
about a 2,000th. A baseline that has buckets alone is ten values, and its Kolmogorov-Smirnov statistic is coarse.
"""

from collections.abc import Sequence

from lake.drift import Change, Feature, Rows, compared, features
from lake.engine import Answered
from lake.text import canonical, literal
from lambdas.rollout.quality.bins import DECILES
from lambdas.rollout.quality.schema import Kind
from lambdas.rollout.quality.statistics import Categories, Numbers, Statistics


def since(lake: Answered, baseline: Statistics, rows: Rows) -> tuple[Change, ...]:
    """Compare a set of rows with a baseline, in every feature that both have, as the same kind."""
    return tuple(
        _change(lake, feature, baseline[feature.name], rows)
        for feature in features(lake.schema)
        if isinstance(baseline.get(feature.name), Numbers if feature.kind is Kind.NUMBER else Categories)
    )


def absent(lake: Answered, baseline: Statistics) -> tuple[str, ...]:
    """Name the features that a baseline lacks, or has as another kind: nothing is said of them."""
    kinds = {Kind.NUMBER: Numbers, Kind.CATEGORY: Categories}
    return tuple(
        feature.name
        for feature in features(lake.schema)
        if not isinstance(baseline.get(feature.name), kinds[feature.kind])
    )


def _change(lake: Answered, feature: Feature, known: Numbers | Categories, rows: Rows) -> Change:
    entries: list[tuple[float | str | None, int]]
    if isinstance(known, Numbers):
        entries, bounds = (
            [*known.sketch],
            sorted({known.quantile(share) for share in DECILES} if known.sketch else ()),
        )
    else:
        entries, bounds = [(canonical(name), count) for name, count in known.counts.items()], []
    entries.append((None, known.missing))
    kind = "DOUBLE" if isinstance(known, Numbers) else "VARCHAR"
    return compared(lake, feature, bounds, (_listed(feature.column, kind, entries), rows))


def _listed(column: str, kind: str, entries: Sequence[tuple[float | str | None, int]]) -> Rows:
    """Write values, and how many rows have each, as a set of rows: text of the query, so that any engine takes it.

    That ``number`` is a name of `lake.text.OWN`, which no feature has.
    """
    each = ", ".join(f"({_said(entry)}, {held})" for entry, held in entries)
    told = f"SELECT CAST(entry AS {kind}) AS {column}, held AS number, TRUE AS asked"
    return Rows(f"({told} FROM (VALUES {each}) AS told(entry, held)) AS baseline", weight="number")


def _said(entry: float | str | None) -> str:
    if entry is None:
        return "NULL"
    if isinstance(entry, str):
        # Half a character (a surrogate) is in no row, and U+0000 in no query's text.
        whole = entry.encode(errors="replace").decode()
        return " || chr(0) || ".join(literal(part) for part in whole.split("\0"))
    # With an exponent it is a double to both engines; without one Athena's is a decimal of so many digits.
    written = repr(float(entry))
    return written if "e" in written else f"{written}e0"
