"""Pictures of simulated rollouts: one per plan, a row per scenario."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cli.report.render import stacked
from cli.report.shapes import Chart
from cli.simulate.fan import fan
from cli.simulate.harm import harm
from cli.simulate.simulated import Page, Simulated
from simulation.figures import bad_answers
from simulation.scenario import Nature


def draw(page: Page, folder: Path) -> Sequence[Path]:
    """Draw each plan into a file of its own; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for plan in page.plans:
        path = folder / f"simulate-{plan.environment.split(' ')[0]}-{page.given.endpoint}.svg"
        headline = f"{page.given.endpoint} in {plan.environment}: {page.rollouts:,} rollouts per scenario"
        path.write_text(stacked(headline, f"seed {page.seed}", tuple(_charts(plan))))
        written.append(path)
    return written


def _charts(plan: Simulated) -> Iterator[tuple[str, Chart]]:
    for outcomes in plan.found:
        yield f"{outcomes.scenario.name}: {outcomes.scenario.about}", fan(outcomes)
        if outcomes.scenario.nature is Nature.HARMFUL and any(bad_answers(outcomes)):
            yield f"{outcomes.scenario.name}: bad answers until the canary was taken back", harm(outcomes)
