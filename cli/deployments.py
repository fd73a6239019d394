"""The deployments that SageMaker made by itself, as the ledger tells them."""

from argparse import Namespace

from rich.console import Group
from rich.text import Text

from cli.answer import Answer
from cli.connect import Site
from cli.documents import Document, of_entry
from cli.exits import Exit, RefusedError
from cli.track import line
from lambdas.rollout.native.line import Deployment, Line, deployments
from lambdas.rollout.state import Entry, Kind

_ALL = 100_000
"""Lines read at the most: some thousands of deployments."""


def latest(site: Site, endpoint: str) -> Deployment | None:
    """Find the deployment that began last; None where SageMaker has made none that the ledger knows."""
    found = _every(site, endpoint)
    return found[-1] if found else None


def history_of_deployment(site: Site, endpoint: str, arguments: Namespace) -> Answer:
    """Show what SageMaker did in one deployment, and with `--all` also what moved no traffic."""
    deployment = find_deployment(site, endpoint, arguments.deployment)
    entries = entries_of(deployment)
    shown = [entry for entry in entries if arguments.all or entry.kind is not Kind.HOLD]
    heading = (
        f"{endpoint} in {site.environment}: deployment {deployment.number} by SageMaker,"
        f" {deployment.before} to {deployment.after}: {deployment.phase}"
    )
    left_out = len(entries) - len(shown)
    footing = [Text(f"{left_out} stages that moved no traffic are left out (--all shows them)", "dim")]
    return Answer(
        _document(site.environment, endpoint, deployment, entries),
        Group(Text(heading, "bold"), *(line(entry) for entry in shown), *(footing if left_out else [])),
    )


def is_last(site: Site, endpoint: str) -> bool:
    """Whether SageMaker has replaced the endpoint's fleet by itself since its last rollout began."""
    deployment, rollout = latest(site, endpoint), site.world.ledger.load(endpoint).rollout
    return deployment is not None and (rollout is None or rollout.began < deployment.began)


def entries_of(deployment: Deployment) -> list[Entry]:
    """Write a deployment's lines as entries of a history, in order."""
    return [_entry(deployment, revision, told) for revision, told in enumerate(deployment.lines, 1)]


def find_deployment(site: Site, endpoint: str, number: int | None) -> Deployment:
    """Find a deployment by its number, or the latest; refuses where there is none."""
    every = _every(site, endpoint)
    wanted = number or len(every)
    if not 1 <= wanted <= len(every):
        what = f"no deployment {wanted} by SageMaker" if every else "had no deployment by SageMaker yet"
        raise RefusedError(
            Exit.NOTHING, f"{endpoint} in {site.environment} has {what}", f"it has had {len(every)}" if every else ""
        )
    return every[wanted - 1]


def _every(site: Site, endpoint: str) -> tuple[Deployment, ...]:
    return deployments(site.native.recent(endpoint, _ALL))


def _entry(deployment: Deployment, revision: int, told: Line) -> Entry:
    """Write a line as an entry of the history, for which ``SageMaker`` is the cause."""
    return Entry(
        endpoint=told.endpoint,
        rollout=deployment.number,
        revision=revision,
        at=told.at,
        kind=told.kind,
        cause="SageMaker",
        reason=told.reason,
        phase=told.phase,
        step=-1,
        weight=told.weight,
        live_weight=None,
    )


def _document(environment: str, endpoint: str, deployment: Deployment, entries: list[Entry]) -> Document:
    return {
        "environment": environment,
        "endpoint": endpoint,
        "deployment": deployment.number,
        "before": deployment.before,
        "after": deployment.after,
        "phase": deployment.phase.value,
        "entries": [of_entry(entry) for entry in entries],
    }
