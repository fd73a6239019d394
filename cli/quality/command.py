"""`quality`: captured answers and what turned out to be true, on this machine."""

from argparse import Namespace

from cli.answer import Answer
from cli.connect import file_of
from cli.exits import Exit, RefusedError
from cli.quality.document import document
from cli.quality.measured import measure
from cli.quality.reading import asked_of, reading
from cli.quality.text import text
from infra.spec import Endpoint, load
from lake.hours import Interval
from lambdas.rollout.quality.schema import Schema


def quality(arguments: Namespace) -> Answer:
    """Measure one endpoint of an environment file; nothing is asked of AWS."""
    endpoint, schema = schema_of(arguments)
    return answer(endpoint, schema, arguments)


def answer(endpoint: str, schema: Schema, arguments: Namespace) -> Answer:
    """Measure an endpoint whose data is known; refuses where no capture is in the interval."""
    asked = asked_of(endpoint, arguments, _interval(arguments), arguments.write_baseline)
    with reading(schema, asked, arguments) as (lake, files):
        measured = measure(lake, asked, files)
    return Answer(document(endpoint, asked.interval, measured), text(endpoint, asked.interval, measured))


def schema_of(arguments: Namespace) -> tuple[str, Schema]:
    """Find the endpoint in its environment file, and what its data means; refuses where nothing says so."""
    endpoint = _endpoint(arguments)
    if endpoint.schema is None:
        fix = "say under the endpoint's `schema` what its columns, its label or score, and its groups are"
        raise RefusedError(Exit.USAGE, f"{endpoint.name} in {arguments.environment} has no schema", fix)
    return endpoint.name, endpoint.schema


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
