"""From an environment's name to the ports of its control plane."""

import getpass
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.exits import Exit, RefusedError
from cli.failures import require_aws
from infra.flags import sticky
from infra.place import Place
from infra.spec import Environment, load
from lambdas.adapters.native import DynamoDBHistory
from lambdas.adapters.pairs import DynamoDBPairs
from lambdas.adapters.world import Deployed, config, world
from lambdas.control.world import World
from lambdas.rollout import names
from lambdas.rollout.native.ports import History
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.ports import ShadowPeriod
from lambdas.rollout.shadow.summary import Summary

_QUICK = Config(retries={"total_max_attempts": 2}, connect_timeout=3, read_timeout=5)


@dataclass(frozen=True, slots=True)
class Site:
    """A deployed environment as a command works with it; ``who`` tells the caller's name for the ledger.

    ``native`` is the ledger's history of what SageMaker did by itself; ``compared`` tells what a rollout, by its
    endpoint and number, has compared as a shadow.
    """

    environment: str
    endpoints: tuple[str, ...]
    world: World
    who: Callable[[], str]
    native: History
    compared: Callable[[str, int], Summary]

    def endpoint(self, name: str | None) -> str:
        """Choose the endpoint: the named one, or the only one; refuses otherwise."""
        known = ", ".join(self.endpoints) or "none"
        if name is None and len(self.endpoints) == 1:
            return self.endpoints[0]
        if name is None:
            raise RefusedError(Exit.USAGE, f"{self.environment} has several endpoints or none: {known}", "name one")
        if name not in self.endpoints:
            raise RefusedError(Exit.USAGE, f"{self.environment} has no endpoint {name}", f"it has: {known}")
        return name


def folder() -> Path:
    """Find the environment files: SERINUS_ENVIRONMENTS, else ``environments`` here."""
    return Path(os.environ.get("SERINUS_ENVIRONMENTS", "environments"))


def file_of(environment: str) -> Path:
    """Find an environment's file, by its name or by its path; refuses where there is none."""
    for path in (folder() / f"{environment}.yaml", Path(environment)):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in folder().glob("*.yaml"))) or "no file"
    raise RefusedError(
        Exit.USAGE,
        f"there is no {folder() / environment}.yaml",
        f"{folder()}/ has {known}; SERINUS_ENVIRONMENTS names another folder",
    )


def connect(environment: str) -> Site:
    """Build the ports of a deployed environment; nothing is asked of AWS yet. Raises SpecErrors."""
    spec = load(file_of(environment))
    session = boto3.Session(region_name=spec.region)
    session.events.register("after-call.dynamodb", require_aws)
    place = deployed(spec)
    return Site(
        environment=spec.name,
        endpoints=tuple(endpoint.name for endpoint in spec.endpoints),
        world=world(place, session.client),
        who=lambda: _caller(session),
        native=DynamoDBHistory(session.client("dynamodb", config=config()), place.ledger),
        compared=_summaries(spec, session),
    )


def _summaries(spec: Environment, session: boto3.Session) -> Callable[[str, int], Summary]:
    """Read summaries from the table of pairs; a summary does not depend on the terms, nor on when it began."""
    pairs = DynamoDBPairs(session.client("dynamodb", config=config()), names.pairs_table(spec.name), time.time)
    return lambda endpoint, number: pairs.load(ShadowPeriod(endpoint, number, Comparison(), 0.0), ()).summary


def deployed(spec: Environment) -> Deployed:
    """Tell what the environment's functions are told by Terraform, composed from names, account and region."""
    place = Place(spec.name, spec.account, spec.region)
    return Deployed(
        environment=spec.name,
        ledger=place.ledger.rpartition("/")[2],
        workflow_arn=place.workflow,
        topic_arn=place.topic,
        period=spec.control.metric_period,
        delay=spec.control.metric_delay,
        settle=spec.control.function_timeout,
        sticky=bool(sticky(spec)),
        key=spec.kms_key or "",
    )


def _caller(session: boto3.Session) -> str:
    """Name the caller as AWS knows them; the local user's name where STS does not say."""
    try:
        return str(session.client("sts", config=_QUICK).get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError):
        return getpass.getuser()
