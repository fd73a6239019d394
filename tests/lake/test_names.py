"""A feature may have any name, also one that the queries use for something of their own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from lake import engine, quality, sources
from lake.baseline import gathered
from lake.delays import delays
from lake.drift import Rows, drift
from lake.engine import Lake, Record, Resources, opened
from lake.fairness import by_group
from lake.segments import counted
from lake.since import since
from lake.slices import cut, per_slice
from lake.text import OWN
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.test_athena import INTERVAL
from tests.lake.world import capture, captured, side, told, truth

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS = 10
"""Asked together: segments are pairs of columns, and there are nearly two hundred names."""
KINDS = (Kind.NUMBER, Kind.CATEGORY)


class Recorded(Lake):
    """Keeps what was asked, and the values that were answered; their columns are the question's own."""

    def __init__(self, lake: Lake, text: str) -> None:
        super().__init__(lake.connection, lake.schema)
        self.text = text
        self.answers: list[list[list[Any]]] = []

    def ask(self, select: str) -> list[Record]:
        answer = super().ask(select)
        self.text += f" {select}"
        rows = ([self._placed(value) for value in record.values()] for record in answer)
        # Sorted: some answers are in the order of their columns' names.
        self.answers.append(sorted(rows, key=repr))
        return answer

    def _placed(self, value: object) -> object:
        """A column's place instead of its name."""
        columns = list(self.schema.columns)
        return columns.index(value) if value in columns else value


def _asked(folder: Path, columns: Sequence[str], first: int) -> Recorded:
    """Ask everything of traffic with these columns, numbers and categories by turns."""
    kinds = {name: KINDS[(place + first) % 2] for place, name in enumerate(columns)}
    groups = dict.fromkeys(columns, ("1", "2"))
    schema = Schema(kinds, Predicted("label", "score", "1"), groups=groups)
    files, truths = [], []
    for variant in ("stable", "canary"):
        lines = []
        for i in range(40):
            row = {name: (i * (place + 3)) % 5 for place, name in enumerate(columns)}
            said = {"label": i % 2, "score": i / 40}
            asked, answer = (side(json.dumps(each), "application/json") for each in (row, said))
            lines.append(capture(asked, answer, f"{variant}-{i}"))
            truths.append(truth(f"{variant}-{i}", str(i % 3 % 2)))
        files.append(captured(folder, lines, variant))
    truth_files = [told(folder, truths)]
    steps = engine.steps(schema, sources.local(files, truth_files))
    one = Resources(threads=1)  # several keep no order of rows, and sums of floats depend on it
    with opened(schema, files, truth_files, INTERVAL, one) as lake:
        found = Recorded(lake, engine.query(steps, ""))
        for question in (
            "SELECT * FROM rows ORDER BY variant, id",
            quality.quality(schema),
            quality.per_minute(schema),
            quality.coverage(),
            by_group(schema),
            per_slice(schema, cut(INTERVAL)),
            delays(),
        ):
            found.ask(question)
        drift(found, Rows.of("stable"), Rows.of("canary"))
        since(found, gathered(found, Rows.of("stable")), Rows.of("canary"))
        counted(found)
    return found


def _words(lake: Recorded) -> list[str]:
    """Find every name in what was read and asked, literals left out."""
    names = re.findall(r"\b[a-z][a-z_0-9]*\b", re.sub("'[^']*'", "", lake.text))
    found = sorted(set(names) - set(OWN))
    return found + found[: -len(found) % COLUMNS]


@pytest.mark.parametrize("first", [0, 1])
def test_a_feature_may_be_named_as_anything_in_the_queries(tmp_path: Path, first: int) -> None:
    words = _words(_asked(tmp_path, ["one column", "another"], first))
    assert {"hour", "times", "broken", "place", "held"} <= set(words)
    plain = _asked(tmp_path, [f"column {i}" for i in range(COLUMNS)], first)
    assert len(plain.answers) > COLUMNS
    for start in range(0, len(words), COLUMNS):
        named = _asked(tmp_path, words[start:][:COLUMNS], first)
        assert named.answers == plain.answers
