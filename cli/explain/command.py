"""`explain`: what each endpoint's rollouts will do, before one runs."""

import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace

from rich.console import RenderableType
from rich.text import Text

from cli.answer import Answer
from cli.connect import Site, file_of
from cli.exits import Exit, RefusedError
from cli.explain import native
from cli.explain.document import document
from cli.explain.explained import Explained, Page
from cli.explain.given import given
from cli.explain.inputs import inputs
from cli.explain.kept import kept
from cli.explain.live import converting, live
from cli.explain.markdown import markdown
from cli.explain.text import text
from cli.explain.trials import trials
from cli.foresight.foresee import foresee
from cli.foresight.outlook import Fleet
from cli.reckoned import reckoned
from infra.spec import Endpoint, Environment, ModelVersion, Progressive, load
from lambdas.rollout.plan import Plan
from lambdas.rollout.rewards import Metric

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
        fleet = _fleet(environment, endpoint, endpoint.stable, arguments)
        return Explained(endpoint.name, native.notes(endpoint, endpoint.rollout, fleet))
    plan, note = reckoned(endpoint.rollout.plan)
    if sys.stderr.isatty():
        print(f"reckoning {endpoint.name} ...", file=sys.stderr)
    base, rest = _converting(endpoint, endpoint.rollout.plan, arguments)
    known = live(site, environment, endpoint.name, plan) if site else given(environment, endpoint, plan, rest)
    base = converting(site, endpoint.name) if site else base
    stable = _fleet(environment, endpoint, endpoint.stable, arguments)
    canary = _fleet(environment, endpoint, endpoint.canary, arguments) if endpoint.canary else stable
    outlook = foresee(endpoint.name, plan, canary, known.traffic)
    fleets = {name: _fleet(environment, endpoint, model, arguments) for name, model in endpoint.challengers.items()}
    others = {name: fleet for name, fleet in fleets.items() if fleet}
    outlook = replace(outlook, stable=stable if endpoint.canary else None, challengers=others)
    notes = (f"This is {note}.",) if note else ()
    per_second = known.traffic.requests_per_second if known.traffic else None
    tests = trials(endpoint.rollout.plan, base, per_second)
    noted = (*kept(endpoint, per_second, stable.price if stable else None), *inputs(endpoint, outlook))
    return Explained(endpoint.name, (*noted, *known.sources, *notes), outlook, tests)


def _converting(endpoint: Endpoint, plan: Plan, arguments: Namespace) -> tuple[float | None, Namespace]:
    """Tell what share converts, from the command line or else the file, and what else the command line says."""
    written = endpoint.traffic.conversion_rate if endpoint.traffic else None
    if not any(step.experiment for step in plan.steps):
        return written, arguments
    said = dict[str, float](arguments.base)
    rest = [(name, share) for name, share in arguments.base if name != Metric.CONVERSION]
    return said.get(Metric.CONVERSION, written), Namespace(**{**vars(arguments), "base": rest})


def _fleet(environment: Environment, endpoint: Endpoint, model: ModelVersion, arguments: Namespace) -> Fleet | None:
    instance = endpoint.instance_for(model)
    if instance is None:
        return None
    price = {**environment.prices, **dict(arguments.price)}.get(instance.type)
    return Fleet(instance.type, instance.count, price)
