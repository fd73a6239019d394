"""`explain`: what each endpoint's rollouts will do, before one runs."""

import sys
from argparse import Namespace
from collections.abc import Callable

from rich.console import RenderableType
from rich.text import Text

from cli.answer import Answer
from cli.connect import Site, file_of
from cli.exits import Exit, RefusedError
from cli.explain.document import document
from cli.explain.explained import Explained, Page
from cli.explain.given import given
from cli.explain.live import live
from cli.explain.markdown import markdown
from cli.explain.text import text
from cli.foresight.foresee import foresee
from cli.foresight.outlook import Fleet
from cli.reckoned import reckoned
from infra.spec import Endpoint, Environment, Progressive, load

_ABOUT_ONE = ("rps", "error_rate", "p50", "p99", "base")


def explain(arguments: Namespace, reach: Callable[[str], Site]) -> Answer:
    """Explain one endpoint, or every endpoint of the environment; AWS is asked with `--live` only."""
    environment = load(file_of(arguments.environment))
    chosen = _chosen(environment, arguments)
    site = reach(arguments.environment) if arguments.live else None
    page = Page(environment.name, tuple(_explained(environment, each, arguments, site) for each in chosen))
    return Answer(document(page), _shown(page, arguments))


def _shown(page: Page, arguments: Namespace) -> RenderableType:
    if arguments.markdown:
        return Text(markdown(page), no_wrap=True, overflow="ignore", end="")
    return text(page)


def _chosen(environment: Environment, arguments: Namespace) -> tuple[Endpoint, ...]:
    known = ", ".join(endpoint.name for endpoint in environment.endpoints) or "none"
    chosen = tuple(each for each in environment.endpoints if arguments.endpoint in {None, each.name})
    if not chosen:
        asked = f"endpoint {arguments.endpoint}" if arguments.endpoint else "endpoint"
        raise RefusedError(Exit.USAGE, f"{environment.name} has no {asked}", f"it has: {known}")
    flags = [f"--{name.replace('_', '-')}" for name in _ABOUT_ONE if getattr(arguments, name)]
    if flags and arguments.live:
        raise RefusedError(Exit.USAGE, f"--live reads what {', '.join(flags)} would say", "leave one of them out")
    if flags and sum(isinstance(each.rollout, Progressive) for each in chosen) > 1:
        raise RefusedError(Exit.USAGE, f"{', '.join(flags)} are about one endpoint", f"name one of: {known}")
    return chosen


def _explained(environment: Environment, endpoint: Endpoint, arguments: Namespace, site: Site | None) -> Explained:
    if not isinstance(endpoint.rollout, Progressive):
        note = (
            f"SageMaker replaces the fleet by itself ({endpoint.rollout.strategy}) and its alarms alone take it back:"
            " there is no canary to compare with stable, and nothing to reckon."
        )
        return Explained(endpoint.name, (note,))
    plan, note = reckoned(endpoint.rollout.plan)
    if sys.stderr.isatty():
        print(f"reckoning {endpoint.name} ...", file=sys.stderr)
    known = live(site, environment, endpoint.name, plan) if site else given(environment, endpoint, plan, arguments)
    outlook = foresee(endpoint.name, plan, _fleet(environment, endpoint, arguments), known.traffic)
    notes = (f"This is {note}.",) if note else ()
    return Explained(endpoint.name, (*known.sources, *notes), outlook)


def _fleet(environment: Environment, endpoint: Endpoint, arguments: Namespace) -> Fleet | None:
    instance = endpoint.instance_for(endpoint.canary or endpoint.stable)
    if instance is None:
        return None
    price = {**environment.prices, **dict(arguments.price)}.get(instance.type)
    return Fleet(instance.type, instance.count, price)
