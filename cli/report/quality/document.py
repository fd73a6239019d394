"""What `report --json` adds with captures; docs/cli.md and docs/lake.md describe its keys."""

from collections.abc import Iterator
from typing import Any

from cli.quality.document import document as measured_document
from cli.quantities import utc
from cli.report.quality.gathered import Gathered
from cli.report.quality.groups import chances
from cli.report.quality.labels import uneven


def document(gathered: Gathered) -> dict[str, Any]:
    """Describe all that `quality` measures, and what is drawn besides."""
    return {
        **measured_document(gathered.asked.endpoint, gathered.asked.interval, gathered.measured),
        "slices": list(_slices(gathered)),
        "shares": list(_shares(gathered)),
        "delays": [
            {
                "variant": variant,
                "median": each.within(0.5),
                "p90": each.within(0.9),
                "hours": [{"hours": hours, "labelled": rows} for hours, rows in each.counts],
            }
            for variant, each in gathered.delays.items()
        ],
        "uneven": uneven(gathered) or None,
    }


def _slices(gathered: Gathered) -> Iterator[dict[str, Any]]:
    figure = "mean_absolute_error" if gathered.schema.predicted.number else "accuracy"
    for each in gathered.slices:
        since, until = (utc(moment.timestamp()) for moment in gathered.cut.ends(each.number))
        low, high = each.bounds or (None, None)
        counted = {"variant": each.variant, "since": since, "until": until, "labelled": each.labelled}
        yield {**counted, figure: each.value, "low": low, "high": high}


def _shares(gathered: Gathered) -> Iterator[dict[str, Any]]:
    columns = () if gathered.schema.predicted.good is None else gathered.schema.groups
    for column in columns:
        for each in chances(gathered, column):
            low, high = each.bounds or (None, None)
            yield {
                "variant": each.variant,
                "column": column,
                "group": each.group,
                "decisions": each.decisions,
                "favourable": each.favourable,
                "low": low,
                "high": high,
                "too_few": each.too_few,
            }
