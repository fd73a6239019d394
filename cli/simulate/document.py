"""What was simulated, for programs."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.simulate.simulated import Page, Simulated
from simulation.budget import Held
from simulation.comparison import Compared, compare
from simulation.figures import Figure, causes, figures
from simulation.outcome import End, Outcomes


def document(page: Page, pictures: Sequence[Path]) -> Mapping[str, Any]:
    """Write a page as JSON; what is never reached is null."""
    compared = compare(page.plans[0].found, page.plans[1].found) if len(page.plans) == 2 else ()
    traffic = page.given.traffic
    return {
        "endpoint": page.given.endpoint,
        "rollouts": page.rollouts,
        "seed": page.seed,
        "traffic": {
            "requests_per_second": traffic.requests_per_second,
            "error_rate": traffic.error_rate,
            "p50": traffic.p50,
            "p99": traffic.p99,
            "source": page.given.source,
        },
        "plans": [_plan(plan) for plan in page.plans],
        "compared": [_compared(row, page) for row in compared],
        "pictures": [str(path) for path in pictures],
    }


def _plan(plan: Simulated) -> dict[str, Any]:
    return {
        "environment": plan.environment,
        "scenarios": [_scenario(outcomes) for outcomes in plan.found],
        "budget": [_held(held) for held in plan.held],
        "over_budget": plan.over_budget,
    }


def _scenario(outcomes: Outcomes) -> dict[str, Any]:
    return {
        "name": outcomes.scenario.name,
        "about": outcomes.scenario.about,
        "nature": outcomes.scenario.nature,
        "ends": {end.value.replace(" ", "_"): outcomes.count(end) for end in End},
        "causes": dict(causes(outcomes)),
        "figures": [_figure(figure) for figure in figures(outcomes)],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "unit": figure.unit,
        "seen": _finite(figure.seen),
        "between": [_finite(bound) for bound in figure.between],
    }


def _held(held: Held) -> dict[str, Any]:
    outcome = "broken" if held.broken else "kept" if held.kept else "not shown"
    return {"scenario": held.scenario, "limit": held.limit, "outcome": outcome, **_figure(held.figure)}


def _compared(row: Compared, page: Page) -> dict[str, Any]:
    one, other = page.plans
    better = {"one": one.environment, "other": other.environment, "": None}[row.better]
    return {"scenario": row.scenario, "one": _figure(row.one), "other": _figure(row.other), "better": better}


def _finite(number: float) -> float | None:
    return None if math.isinf(number) else number
