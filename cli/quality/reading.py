"""Captures and truths on this machine, found and opened; what cannot be read is refused in a sentence."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cli.exits import Exit, RefusedError
from cli.quality.measured import Asked, Files, found
from lake.engine import Lake, Resources, opened
from lake.hours import Interval
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.quality.statistics import Statistics, read


def asked_of(endpoint: str, arguments: Namespace, interval: Interval, write_to: Path | None = None) -> Asked:
    """Take what is asked from the flags that `cli.quality.arguments.add_sources` adds; refuses a damaged baseline."""
    return Asked(endpoint, arguments.captures, arguments.truths, interval, baseline_of(arguments), write_to)


@contextmanager
def reading(schema: Schema, asked: Asked, arguments: Namespace) -> Iterator[tuple[Lake, Files]]:
    """Open the interval's files; refuses where there is no capture, and whatever DuckDB or the disk refuses."""
    try:
        files = found(schema, asked)
        if not files.captures:
            fix = "captures lie under DIR/ENDPOINT/VARIANT/yyyy/mm/dd/hh, in UTC; copy them from S3, or use --fetch"
            sentence = f"{arguments.captures} has no captures of {asked.endpoint} in these hours"
            raise RefusedError(Exit.NOTHING, sentence, fix)
        resources = Resources(arguments.memory, arguments.threads)
        with opened(schema, files.captures, files.truths, asked.interval, resources) as lake:
            yield lake, files
    except (duckdb.Error, OSError) as error:
        raise RefusedError(Exit.USAGE, str(error).partition("\n")[0]) from error


def baseline_of(arguments: Namespace) -> Statistics | None:
    """Read what is compared with, where that is asked for; refuses what is no baseline."""
    path: Path | None = arguments.baseline
    if path is None:
        return None
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RefusedError(Exit.USAGE, f"{path}: {error}", "name a statistics.json of Model Monitor's") from error
