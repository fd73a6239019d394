"""How a rollout looks in a terminal: steps as a track, weights and evidence as bars."""

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli.quantities import duration, percent, utc
from cli.snapshot import Snapshot
from cli.steps import named
from lambdas.rollout import names
from lambdas.rollout.groups import is_key
from lambdas.rollout.judge.verdict import Verdict
from lambdas.rollout.live import Live
from lambdas.rollout.plan import DISAGREEMENT, FULL
from lambdas.rollout.quality.coverage import Coverage
from lambdas.rollout.state import Entry, Kind, Phase, Rollout

STABLE, CANARY, HARM, SAFETY = "bright_blue", "yellow", "red", "green"
_WIDTH = 40
_PHASES = {
    Phase.PROMOTED: "bold green",
    Phase.ROLLED_BACK: "bold red",
    Phase.ROLLING_BACK: "bold red",
    Phase.PAUSED: "bold yellow",
}
_KINDS = {
    "ROLL_BACK": "red",
    "PROMOTE": "green",
    "ADVANCE": "cyan",
    "PAUSE": "yellow",
    "SWITCH": "red",
    "DROP": "yellow",
}


def picture(snapshot: Snapshot, last: int = 1) -> RenderableType:
    """Draw an endpoint, its latest rollout and the ``last`` decisions, newest first: a small screen cuts old ones."""
    rollout = snapshot.state.rollout
    rows = _grid()
    if rollout:
        rows.add_row("steps", _track(rollout))
    _add_live(rows, snapshot)
    for verdict in snapshot.looked.verdicts if snapshot.looked else ():
        _add_verdict(rows, verdict)
    if snapshot.labels:
        _add_labels(rows, snapshot.labels)
    if snapshot.entries and snapshot.entries[-1].kind is Kind.HOLD:
        rows.add_row("now", line(snapshot.entries[-1]))
    for index, entry in enumerate(reversed(snapshot.decisions[-last:])):
        rows.add_row("" if index else "decided", line(entry))
    return Group(_heading(snapshot), rows)


def _add_labels(rows: Table, labels: Coverage) -> None:
    counted = sorted(labels.arms.items(), key=lambda each: (each[0] != names.CANARY, each[0] != names.STABLE))
    told = ", ".join(f"{name} {arm.bad:,} of {arm.total:,} ({100 * arm.rate:.1f} %)" for name, arm in counted)
    rows.add_row("truths", Text(told))
    if labels.uneven:
        rows.add_row("", Text(labels.uneven, "bold yellow"))


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2), expand=False)
    grid.add_column(style="dim", justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _heading(snapshot: Snapshot) -> Text:
    heading = Text.from_markup(f"[bold]{escape(snapshot.endpoint)}[/] in {escape(snapshot.environment)}")
    rollout = snapshot.state.rollout
    if rollout is None:
        return heading.append("  no rollout yet")
    heading.append(f"  {rollout.title} beside {rollout.release.stable}  ")
    heading.append(rollout.phase, _PHASES.get(rollout.phase, "bold cyan"))
    heading.append(f" since {utc(rollout.since)}")
    if not rollout.phase.ended:
        heading.append(f" ({duration(snapshot.at - rollout.since)})")
    return heading


def _track(rollout: Rollout) -> Text:
    """Draw the steps in a row: done, current and to come."""
    track = Text()
    for index, step in enumerate(rollout.plan.steps):
        track.append(" ─ " if index else "", "dim")
        approval = " (approval)" if step.approval else ""
        mark, style = _mark(rollout, index)
        track.append(f"{mark} {named(step)}{approval}", style)
    return track


def _mark(rollout: Rollout, index: int) -> tuple[str, str]:
    if rollout.phase is Phase.PROMOTED or index < rollout.step:
        return "●", "green"
    if index == rollout.awaits:
        return "◇", "bold yellow"
    if index > rollout.step:
        return "○", "dim"
    return ("✗", "bold red") if rollout.phase in (Phase.ROLLING_BACK, Phase.ROLLED_BACK) else ("◉", "bold yellow")


def _add_live(rows: Table, snapshot: Snapshot) -> None:
    live, rollout = snapshot.live, snapshot.state.rollout
    if live is None:
        rows.add_row("live", Text("no such endpoint in SageMaker", "red"))
    else:
        rows.add_row("live", _weights(live, rollout))
    if snapshot.difference:
        rows.add_row("differs", Text(snapshot.difference, "bold red"))


def _weights(live: Live, rollout: Rollout | None) -> Text:
    """Draw the live weights as one bar of both arms; a canary with any traffic shows at least one cell."""
    weight, others = live.canary_weight, {name: share for name, share in live.shares.items() if name != names.CANARY}
    cells = round(_WIDTH * weight / FULL)
    cells = min(max(cells, int(weight > 0)), _WIDTH - int(weight < FULL))
    bar = Text.assemble(("█" * cells, CANARY), ("█" * (_WIDTH - cells), STABLE))
    bar.append(f"  canary {percent(weight)}", CANARY)
    for name, share in others.items():
        bar.append(f"  {name} {percent(share)}", "dim")
    bar.append(f"  stable {percent(FULL - weight - sum(others.values()))}", STABLE)
    if rollout and (sample := _copied(rollout)):
        bar.append(f"  copies of {percent(sample)} to the canary, whose answers nobody gets", CANARY)
    intended = f"  intended {percent(rollout.weight)}" if rollout and rollout.phase is not Phase.SUPERSEDED else ""
    return bar.append(f"{intended}  {live.status}", "dim")


def _copied(rollout: Rollout) -> int:
    """Tell the part of the requests (basis points) that a shadow under way gets copies of; 0 where there is none."""
    step = rollout.current_step
    return step.shadow.sample if step and step.shadow and not rollout.phase.ended else 0


def _add_verdict(rows: Table, verdict: Verdict) -> None:
    if is_key(verdict.guardrail):  # there is one for each group, and its sentence has all that counts
        rows.add_row("groups", Text(f"{verdict.outcome}: {verdict.sentence}"))
        return
    if verdict.guardrail == DISAGREEMENT:
        rows.add_row("disagree", Text(f"{verdict.canary} of pairs", CANARY))
    elif verdict.guardrail == "calibration":  # beside what came true stands what was expected, and not stable
        rows.add_row("positive", Text(f"{verdict.canary}, by the canary's scores {verdict.stable.bad}", CANARY))
    else:
        errors = Text.assemble((f"canary {verdict.canary}", CANARY), "   ", (f"stable {verdict.stable}", STABLE))
        rows.add_row("errors", errors)
    rows.add_row("harm", _evidence(verdict.harm, verdict.harm_bound, HARM, "FAIL"))
    rows.add_row("safety", _evidence(verdict.safety, verdict.safety_bound, SAFETY, "PASS"))
    rows.add_row("judge", Text(f"{verdict.outcome}: {verdict.sentence}"))


def _evidence(value: float, bound: float, style: str, end: str) -> Text:
    """Draw evidence as a bar towards its threshold."""
    share = min(max(value / bound, 0.0), 1.0)
    cells = int(_WIDTH * share)
    bar = Text.assemble(("█" * cells, style), ("░" * (_WIDTH - cells), "dim"))
    return bar.append(f"  {100 * share:.0f} % of the way to {end}", "dim")


def line(entry: Entry) -> Text:
    """Write an entry on one line: when, what, the canary's weight, why, and who caused it."""
    text = Text(f"{utc(entry.at)}  ", overflow="fold")
    text.append(f"{entry.kind:<9}", _KINDS.get(entry.kind, ""))
    live = "" if entry.live_weight in (None, entry.weight) else f" (live {percent(entry.live_weight or 0)})"
    return text.append(f"  {percent(entry.weight):>6}{live}  {entry.reason}  ").append(f"[{entry.cause}]", "dim")
