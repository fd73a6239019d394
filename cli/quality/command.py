"""`quality`: captured answers and what turned out to be true, on this machine or at Athena."""

from argparse import Namespace
from dataclasses import replace

import boto3
from rich.console import Console

from cli.answer import Answer
from cli.connect import file_of
from cli.exits import Exit, RefusedError
from cli.quality.athena.reading import Clients, Wanted
from cli.quality.athena.reading import reading as over
from cli.quality.document import document
from cli.quality.fetch import fetched
from cli.quality.measured import Asked, measure
from cli.quality.reading import asked_of, baseline_of, reading
from cli.quality.text import text
from infra.analysed import analysed
from infra.spec import Endpoint, Environment, load
from lake.hours import Interval
from lambdas.adapters.world import config
from lambdas.rollout.quality.schema import Schema


def quality(arguments: Namespace) -> Answer:
    """Measure one endpoint of an environment file; AWS is asked only where no copies are named."""
    environment, endpoint, schema = chosen(arguments)
    if arguments.captures is None and not arguments.fetch:
        return over_athena(environment, endpoint, schema, arguments)
    with fetched(arguments, (environment, endpoint, schema), interval_of(arguments)) as copies:
        return answer(endpoint.name, schema, copies)


def answer(endpoint: str, schema: Schema, arguments: Namespace) -> Answer:
    """Measure an endpoint whose data is known; refuses where no capture is in the interval."""
    asked = asked_of(endpoint, arguments, interval_of(arguments), arguments.write_baseline)
    with reading(schema, asked, arguments) as (lake, files):
        measured = measure(lake, asked, files)
    return Answer(document(endpoint, asked.interval, measured), text(endpoint, asked.interval, measured))


def chosen(arguments: Namespace) -> tuple[Environment, Endpoint, Schema]:
    """Find the endpoint in its environment file, and what its data means; refuses where nothing says so."""
    environment, endpoint = _chosen(arguments)
    if endpoint.schema is None:
        fix = "say under the endpoint's `schema` what its columns, its label or score, and its groups are"
        raise RefusedError(Exit.USAGE, f"{endpoint.name} in {arguments.environment} has no schema", fix)
    return environment, endpoint, endpoint.schema


def over_athena(environment: Environment, endpoint: Endpoint, schema: Schema, arguments: Namespace) -> Answer:
    """Measure an endpoint whose captures stay in S3; refuses where the file names nobody to ask."""
    place = analysed(environment.name, endpoint)
    if place is None:
        fix = "add --fetch, or --captures DIR; or write `analysis: athena` under the endpoint and deploy"
        raise RefusedError(Exit.USAGE, f"{endpoint.name} in {arguments.environment} has no analysis", fix)
    _without_copies(arguments)
    session, interval = boto3.Session(region_name=environment.region), interval_of(arguments)
    clients = Clients(*(session.client(service, config=config()) for service in ("athena", "s3", "glue")))
    location = place.tables[place.captures].location
    asked = Asked(endpoint.name, location, None, interval, baseline_of(arguments), arguments.write_baseline)
    console = Console(stderr=True, highlight=False, markup=False)  # what is printed at the end is the answer
    with over(clients, Wanted(endpoint.name, place, schema, interval), console) as (lake, files):
        measured = replace(measure(lake, asked, files), scanned=lake.queries.scanned)
    return Answer(document(endpoint.name, interval, measured), text(endpoint.name, interval, measured))


def _without_copies(arguments: Namespace) -> None:
    for flag in ("truths", "memory", "threads"):
        if getattr(arguments, flag) is not None:
            sentence = f"--{flag} is for copies on this machine, and no --captures names any"
            raise RefusedError(Exit.USAGE, sentence, f"take --{flag} out: Athena reads truths where the schema says")


def _chosen(arguments: Namespace) -> tuple[Environment, Endpoint]:
    environment = load(file_of(arguments.environment))
    chosen = [each for each in environment.endpoints if arguments.endpoint in {None, each.name}]
    if len(chosen) != 1:
        known = ", ".join(each.name for each in environment.endpoints) or "none"
        what = "several endpoints or none" if arguments.endpoint is None else f"no endpoint {arguments.endpoint}"
        raise RefusedError(Exit.USAGE, f"{environment.name} has {what}", f"name one of: {known}")
    return environment, chosen[0]


def interval_of(arguments: Namespace) -> Interval:
    """Take the interval from the flags; refuses one that is none."""
    try:
        return Interval(arguments.since, arguments.until)
    except ValueError as error:
        raise RefusedError(Exit.USAGE, str(error), "--until comes after --since") from error
