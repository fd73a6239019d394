"""A rollout's story: its history, and what can be told from it."""

import re
from dataclasses import dataclass

from cli.exits import Exit, RefusedError
from cli.quantities import percent
from cli.steps import named
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Verdict
from lambdas.rollout.plan import DISAGREEMENT, Step
from lambdas.rollout.ports import Ledger
from lambdas.rollout.state import Entry, Kind, Phase

_VERSIONS = re.compile(r"(?P<canary>\S+) beside (?P<stable>\S+) in service")
"""The begin entry's reason (`lambdas.rollout.begin`), which names the versions of rollouts long gone."""
_DECIDING = {
    Phase.PROMOTED: Kind.PROMOTE,
    Phase.ROLLING_BACK: Kind.ROLL_BACK,
    Phase.ROLLED_BACK: Kind.ROLL_BACK,
    Phase.SUPERSEDED: Kind.SUPERSEDE,
}


@dataclass(frozen=True, slots=True)
class Story:
    """One rollout with its entries, oldest first and at least one.

    ``steps`` is its plan where the ledger still has it (of the latest rollout), else empty. ``tables`` are the
    arms' counts per period of ``period`` seconds where CloudWatch still has them, else empty.
    """

    environment: str
    endpoint: str
    number: int
    stable: str
    canary: str
    entries: tuple[Entry, ...]
    steps: tuple[Step, ...] = ()
    tables: tuple[Table, ...] = ()
    period: float = 60.0

    @property
    def phase(self) -> Phase:
        """Where the rollout stands, or ended."""
        return self.entries[-1].phase

    @property
    def began(self) -> float:
        """When it began, in seconds since the epoch."""
        return self.entries[0].at

    @property
    def until(self) -> float:
        """When it ended, or was last looked at; the kill switch can be turned long after."""
        return next((entry.at for entry in reversed(self.entries) if entry.kind is not Kind.SWITCH), self.began)

    @property
    def decisions(self) -> tuple[Entry, ...]:
        """The entries that changed something."""
        return tuple(entry for entry in self.entries if entry.kind is not Kind.HOLD)

    @property
    def deciding(self) -> Entry:
        """The entry that settled the outcome; the last one while it is open."""
        kind = _DECIDING.get(self.phase)
        return next((entry for entry in self.entries if entry.kind is kind), self.entries[-1])

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The latest verdicts, one per judged guardrail."""
        return next((entry.verdicts for entry in reversed(self.entries) if entry.verdicts), ())

    @property
    def compared(self) -> Arm | None:
        """The pairs of answers that were compared while the canary was a shadow, and of them those that disagree."""
        return next((verdict.canary for verdict in self.verdicts if verdict.guardrail == DISAGREEMENT), None)

    @property
    def highest(self) -> int:
        """The canary's highest weight that was seen live, in basis points."""
        return max((entry.live_weight for entry in self.entries if entry.live_weight is not None), default=0)

    @property
    def shadow(self) -> tuple[float, float] | None:
        """From when to when the canary got copies only; None where it was never a shadow."""
        began = next((entry for entry in self.entries if entry.kind is Kind.ADVANCE), None)
        if began is None or began.weight:
            return None
        return began.at, next((entry.at for entry in self.entries if entry.live_weight), self.until)

    def step_name(self, entry: Entry) -> str:
        """Name the step that an entry goes to."""
        if 0 <= entry.step < len(self.steps):
            return named(self.steps[entry.step])
        return percent(entry.weight) if entry.weight else "shadow"

    @property
    def turned_round(self) -> float | None:
        """Seconds from the decision to roll back until weight 0 was seen live; None where that did not happen."""
        back = next((entry for entry in self.entries if entry.phase is Phase.ROLLING_BACK), None)
        if back is None:
            return None
        off = (e.at - back.at for e in self.entries if e.revision > back.revision and e.live_weight == 0)
        return next(off, None)


def find_story(ledger: Ledger, environment: str, endpoint: str, number: int | None = None) -> Story:
    """Read the story of a rollout: by its number, or the latest; refuses where there is none."""
    latest = ledger.load(endpoint).rollout
    if latest is None:
        raise RefusedError(Exit.NOTHING, f"{endpoint} in {environment} has had no rollout yet")
    wanted = latest.number if number is None else number
    entries = ledger.history(endpoint, wanted)
    if not entries:
        has = "rollout 1" if latest.number == 1 else f"rollouts 1 to {latest.number}"
        raise RefusedError(Exit.NOTHING, f"{endpoint} in {environment} has no rollout {wanted}", f"it has {has}")
    if wanted == latest.number:
        stable, canary, steps = latest.release.stable, latest.canary, latest.plan.steps
    else:
        (stable, canary), steps = _versions(entries[0].reason), ()
    return Story(environment, endpoint, wanted, stable, canary, entries, steps)


def _versions(reason: str) -> tuple[str, str]:
    found = _VERSIONS.fullmatch(reason)
    return (found["stable"], found["canary"]) if found else ("stable", "canary")
