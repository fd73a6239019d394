"""Rows of today against a baseline file: the same comparison as between two sets of rows.

A number's baseline is a sketch, in which some 2,000 values stand for all rows: figures are as true as its ranks, to
about a 2,000th. A baseline that has buckets alone is ten values, and its Kolmogorov-Smirnov statistic is coarse.
"""

from lake.drift import Change, Feature, Rows, compared, features
from lake.engine import Lake
from lake.text import canonical
from lambdas.rollout.quality.bins import DECILES
from lambdas.rollout.quality.schema import Kind
from lambdas.rollout.quality.statistics import Categories, Numbers, Statistics

_TABLE = "baseline_feature"


def since(lake: Lake, baseline: Statistics, rows: Rows) -> tuple[Change, ...]:
    """Compare a set of rows with a baseline, in every feature that both have, as the same kind."""
    return tuple(
        _change(lake, feature, baseline[feature.name], rows)
        for feature in features(lake.schema)
        if isinstance(baseline.get(feature.name), Numbers if feature.kind is Kind.NUMBER else Categories)
    )


def absent(lake: Lake, baseline: Statistics) -> tuple[str, ...]:
    """Name the features that a baseline lacks, or has as another kind: nothing is said of them."""
    kinds = {Kind.NUMBER: Numbers, Kind.CATEGORY: Categories}
    return tuple(
        feature.name
        for feature in features(lake.schema)
        if not isinstance(baseline.get(feature.name), kinds[feature.kind])
    )


def _change(lake: Lake, feature: Feature, known: Numbers | Categories, rows: Rows) -> Change:
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
    lake.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_TABLE} AS SELECT CAST(unnest($1) AS {kind}) AS {feature.column},"
        f" CAST(unnest($2) AS BIGINT) AS held, TRUE AS asked",
        [[entry for entry, _ in entries], [count for _, count in entries]],
    )
    return compared(lake, feature, bounds, (Rows(_TABLE, weight="held"), rows))
