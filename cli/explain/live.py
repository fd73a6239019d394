"""What CloudWatch knows of an endpoint's traffic: stable's last day."""

from collections.abc import Iterator
from dataclasses import dataclass

from cli.connect import Site
from cli.exits import Exit, RefusedError
from cli.explain.given import Known, agreement, agreement_source
from cli.foresight.shape import Shape
from cli.foresight.traffic import Base, Traffic
from infra.spec import Environment
from lambdas.control.observe import MEASURED_OVER
from lambdas.rollout.catalogue import Period, Query, observed, quantile_queries, queries
from lambdas.rollout.earned import of_conversions
from lambdas.rollout.groups import about_groups
from lambdas.rollout.guardrails import Guardrail
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import Plan
from lambdas.rollout.recipes import REQUESTS, Counted, Reading, recipe


@dataclass(frozen=True, slots=True)
class _Day:
    """The last day of an endpoint."""

    site: Site
    endpoint: str

    def ask(self, queries: tuple[Query, ...]) -> tuple[Reading, ...]:
        """Read one value per query over the whole day."""
        now = self.site.world.now()
        return self.site.world.metrics.summary(self.endpoint, queries, now - MEASURED_OVER, now)


def live(site: Site, environment: Environment, endpoint: str, plan: Plan) -> Known:
    """Read the last day's requests, errors, latency quantiles and whatever else the guardrails need."""
    day = _Day(site, endpoint)
    canary, stable = (count or 0.0 for count in day.ask((Query(CANARY, REQUESTS), Query(STABLE, REQUESTS))))
    if not stable:
        fix = "say it: --rps and --error-rate, or `traffic` in the environment file"
        raise RefusedError(Exit.NOTHING, f"CloudWatch has no request to {endpoint}'s stable in the last day", fix)
    traffic = Traffic(
        (canary + stable) / MEASURED_OVER,
        {**agreement(plan), **dict(_bases(day, plan, stable))},
        dict(_shapes(day, plan)),
        environment.control.metric_period,
        environment.control.metric_delay,
    )
    source = f"{traffic.requests_per_second:.3g} requests a second: from CloudWatch, the mean of the last day."
    return Known(traffic, (source, *agreement_source(plan)))


def converting(site: Site, endpoint: str) -> float | None:
    """Read the share of stable's exposures of the last day that converted; None where there were none."""
    exposed, won = _Day(site, endpoint).ask(of_conversions((STABLE,)))
    return won / exposed if exposed and won else None


def _bases(day: _Day, plan: Plan, requests: float) -> Iterator[tuple[str, Base]]:
    """Read bad and total; a rate of which the day saw nothing bad is taken for one bad count.

    Those of groups are left out: how many of a group come in the steps, a day of all of them does not tell.
    """
    for guardrail in plan.guardrails:
        counted = None if about_groups(guardrail) else _counted(day, guardrail)
        if counted and counted[1]:
            bad, total = counted
            yield guardrail.key, Base(max(bad, 1.0) / max(total, 2.0), total / requests)


def _counted(day: _Day, guardrail: Guardrail) -> Counted:
    """Read bad and total; of calibration the positives that scores expect, and how many are labelled."""
    if guardrail.metric == "calibration":
        row = observed(Period(0.0, day.ask(queries(guardrail, None, STABLE))))
        return row and (row.expected, row.labelled)
    found = recipe(guardrail)
    return found and found.counted(day.ask(tuple(Query(STABLE, each) for each in found.quantities)))


def _shapes(day: _Day, plan: Plan) -> Iterator[tuple[str, Shape]]:
    for guardrail in plan.guardrails:
        shape = _shape(day, guardrail)
        if shape:
            yield guardrail.key, shape


def _shape(day: _Day, guardrail: Guardrail) -> Shape | None:
    asked = quantile_queries(guardrail)
    if not asked:
        return None
    _, *quantiles = day.ask(asked)
    known = tuple(quantile for quantile in quantiles if quantile is not None)
    return Shape.measured(known) if len(known) == len(quantiles) else None
