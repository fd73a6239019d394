"""What was simulated, for a terminal."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.quantities import duration
from cli.simulate.simulated import Page, Simulated
from cli.simulate.words import NAMES, bar, between, figure, sparkline, value
from infra.spec.agreement import HEALTHY
from simulation.budget import Held
from simulation.comparison import Compared, compare
from simulation.figures import bad_answers, causes, figures
from simulation.outcome import End, Outcomes
from simulation.scenario import Nature

_BAR = 12
_ABOUT = {
    Nature.HEALTHY: "Canaries that are no worse",
    Nature.HARMFUL: "Canaries that are worse",
    Nature.BLIND: "Canaries that nothing is known of",
}


def text(page: Page, pictures: Sequence[Path]) -> RenderableType:
    """Show each plan's rollouts, its budget, what differs where there are two, and where the pictures are."""
    parts = [part for plan in page.plans for part in _plan(page, plan)]
    if len(page.plans) == 2:
        parts += _comparison(*page.plans)
    parts += [Text(f"picture: {path}") for path in pictures]
    return Group(*parts, *(Text(sentence, "dim") for sentence in _small_print(page)))


def _plan(page: Page, plan: Simulated) -> Iterator[RenderableType]:
    yield Text(f"{page.given.endpoint} in {plan.environment}: {page.rollouts:,} rollouts per scenario", "bold")
    for nature in Nature:
        found = [outcomes for outcomes in plan.found if outcomes.scenario.nature is nature]
        if found:
            yield Padding(_outcomes(nature, found), (1, 0, 0, 0))
            yield from (Text(f"{each.scenario.name}: {each.scenario.about}", "dim") for each in found)
    if plan.held:
        yield Padding(_budget(plan.held), (1, 0, 0, 0))
    yield Text("")


def _outcomes(nature: Nature, found: Sequence[Outcomes]) -> Table:
    table = _table(_ABOUT[nature], *(NAMES[each.name] for each in figures(found[0])))
    table.add_column("promoted" if nature is not Nature.HARMFUL else "none to most", no_wrap=True, min_width=_BAR)
    table.add_column("taken back by")
    for outcomes in found:
        cells = [figure(each) for each in figures(outcomes)]
        table.add_row(
            outcomes.scenario.name,
            *cells,
            _picture(nature, outcomes),
            _causes(outcomes),
        )
    return table


def _picture(nature: Nature, outcomes: Outcomes) -> Text:
    """Draw how a harmful canary's bad answers are spread, else the share that is promoted."""
    if nature is Nature.HARMFUL:
        return Text(sparkline(bad_answers(outcomes)), "red")
    return Text(bar(outcomes.count(End.PROMOTED) / len(outcomes.all), _BAR), "green")


def _causes(outcomes: Outcomes) -> str:
    """Name what took most of them back."""
    total = len(outcomes.all)
    return ", ".join(f"{cause} ({100 * count / total:.3g} %)" for cause, count in causes(outcomes)[:2])


def _budget(held: Sequence[Held]) -> Table:
    table = _table("Budget", "scenario", "limit", "seen", "95 % sure between")
    table.add_column("")
    for each in held:
        unit, told = each.figure.unit, _told(each)
        table.add_row(
            NAMES[each.figure.name],
            each.scenario,
            value(unit, each.limit),
            value(unit, each.figure.seen),
            between(unit, each.figure.between),
            told,
        )
    return table


def _told(held: Held) -> Text:
    if held.broken:
        return Text("broken", "bold red")
    return Text("kept", "green") if held.kept else Text("not shown: more --rollouts tell", "yellow")


def _comparison(one: Simulated, other: Simulated) -> Iterator[RenderableType]:
    rows = list(compare(one.found, other.found))
    table = _table("Compared", "scenario", one.environment, other.environment, "better")
    for row in rows:
        table.add_row(NAMES[row.one.name], row.scenario, figure(row.one), figure(row.other), _better(row, one, other))
    yield table
    yield Padding(Text(_verdict(rows, one, other), "bold"), (1, 0))


def _better(row: Compared, one: Simulated, other: Simulated) -> str:
    """Name the better plan; nobody where the difference may be luck."""
    return {"one": one.environment, "other": other.environment, "": ""}[row.better]


def _verdict(rows: Sequence[Compared], one: Simulated, other: Simulated) -> str:
    """Say which plan is better at what."""
    sentences = []
    for plan, side in ((one, "one"), (other, "other")):
        what = sorted({NAMES[row.one.name] for row in rows if row.better == side})
        if what:
            sentences.append(f"{plan.environment} is better in: {'; '.join(what)}.")
    return " ".join(sentences) or "No difference beyond luck."


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _small_print(page: Page) -> Iterator[str]:
    given, times = page.given, page.given.times
    traffic = given.traffic
    yield (
        f"Traffic {given.source}: {traffic.requests_per_second:g} requests a second,"
        f" {100 * traffic.error_rate:.3g} % of them errors, latency {traffic.p50:g} ms (p50) and {traffic.p99:g} ms"
        f" (p99). Seed {page.seed}."
    )
    if any(step.shadow for _, plan in given.plans for step in plan.steps):
        yield (
            "What a shadow finds has hurt nobody: it is taken back within 0 s, for 0 bad answers. A healthy canary"
            f" disagrees {HEALTHY:g} times as often as its shadow may. The shadow's fleets are swapped for the pair's"
            f" in {duration(times.weights)}."
        )
    approval = "at once" if not times.approval else f"after {duration(times.approval)}"
    yield (
        f"Weights are served {duration(times.weights)} after they were asked for; approvals are given {approval}."
        " A bad answer is one that failed, was wrong, or took longer than 95 % of stable's, where stable's would not"
        " have. In brackets: 95 % intervals."
    )
