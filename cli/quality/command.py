"""`quality`: captured answers and what turned out to be true, on this machine."""

from argparse import Namespace
from pathlib import Path

import duckdb

from cli.answer import Answer
from cli.connect import file_of
from cli.exits import Exit, RefusedError
from cli.quality.document import document
from cli.quality.measured import Asked, found, measure
from cli.quality.text import text
from infra.spec import Endpoint, load
from lake.engine import Resources
from lake.hours import Interval
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.quality.statistics import Statistics, read


def quality(arguments: Namespace) -> Answer:
    """Measure one endpoint of an environment file; nothing is asked of AWS."""
    endpoint = _endpoint(arguments)
    schema = endpoint.schema
    if schema is None:
        fix = "say under the endpoint's `schema` what its columns, its label or score, and its groups are"
        raise RefusedError(Exit.USAGE, f"{endpoint.name} in {arguments.environment} has no schema", fix)
    return answer(endpoint.name, schema, arguments)


def answer(endpoint: str, schema: Schema, arguments: Namespace) -> Answer:
    """Measure an endpoint whose data is known; refuses where no capture is in the interval."""
    asked = Asked(
        endpoint,
        arguments.captures,
        arguments.truths,
        _interval(arguments),
        _baseline(arguments.baseline) if arguments.baseline else None,
        arguments.write_baseline,
    )
    files = found(schema, asked)
    if not files.captures:
        fix = "captures lie under DIR/ENDPOINT/VARIANT/yyyy/mm/dd/hh, in UTC; copy them from S3 first"
        raise RefusedError(Exit.NOTHING, f"{arguments.captures} has no captures of {endpoint} in these hours", fix)
    try:
        measured = measure(schema, asked, files, Resources(arguments.memory, arguments.threads))
    except (duckdb.Error, OSError) as error:
        raise RefusedError(Exit.USAGE, str(error).partition("\n")[0]) from error
    return Answer(document(endpoint, asked.interval, measured), text(endpoint, asked.interval, measured))


def _endpoint(arguments: Namespace) -> Endpoint:
    environment = load(file_of(arguments.environment))
    chosen = [each for each in environment.endpoints if arguments.endpoint in {None, each.name}]
    if len(chosen) != 1:
        known = ", ".join(each.name for each in environment.endpoints) or "none"
        what = "several endpoints or none" if arguments.endpoint is None else f"no endpoint {arguments.endpoint}"
        raise RefusedError(Exit.USAGE, f"{environment.name} has {what}", f"name one of: {known}")
    return chosen[0]


def _interval(arguments: Namespace) -> Interval:
    try:
        return Interval(arguments.since, arguments.until)
    except ValueError as error:
        raise RefusedError(Exit.USAGE, str(error), "--until comes after --since") from error


def _baseline(path: Path) -> Statistics:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RefusedError(Exit.USAGE, f"{path}: {error}", "name a statistics.json of Model Monitor's") from error
