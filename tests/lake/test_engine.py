"""The lake keeps to its memory and threads, and writes rows without holding them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from lake.engine import Resources, opened
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.lake.world import capture, captured, side

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = Schema({"age": Kind.NUMBER, "O'Hara's \"x\"": Kind.CATEGORY}, Predicted("column 1", positive="1"))


def test_memory_and_threads_are_what_was_allowed() -> None:
    with opened(SCHEMA, [], resources=Resources("256MB", 1)) as lake:
        (found,) = lake.ask("SELECT current_setting('memory_limit') AS memory, current_setting('threads') AS threads")
        assert (found["memory"], found["threads"]) == ("244.1 MiB", 1)


def test_rows_are_written_as_parquet(tmp_path: Path) -> None:
    lines = [capture(side(f"{i},it's"), side("1"), str(i)) for i in range(50)]
    out = tmp_path / "it's.parquet"
    with opened(SCHEMA, [captured(tmp_path, lines)]) as lake:
        lake.write("SELECT * FROM rows", out)
    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(out))
        assert "O'Hara's \"x\"" in relation.columns
        assert len(relation.fetchall()) == 50
