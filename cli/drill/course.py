"""What became of a saboteur, read from the entries of its rollout."""

from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.state import Entry, Kind, Phase

ALARM, JUDGE = "alarm", "judge"


@dataclass(frozen=True, slots=True)
class Course:
    """Times in seconds since the epoch, None where it did not come to that.

    ``first`` is when the saboteur was given its first requests, ``off`` when it was seen to get no more of them, and
    ``settled`` the end of the rollback. ``turned`` is the entry that took it back.
    """

    first: float | None = None
    turned: Entry | None = None
    off: float | None = None
    settled: float | None = None

    @property
    def detected_by(self) -> str:
        """Say who found it bad: an alarm or the judge; empty where nobody did, though it may have been taken back."""
        if self.turned is None:
            return ""
        looked = self.turned.cause == "workflow"
        if self.turned.cause.startswith("alarm ") or (looked and self.turned.reason.startswith("alarm ")):
            return ALARM
        failed = any(verdict.outcome is Outcome.FAIL for verdict in self.turned.verdicts)
        return JUDGE if looked and failed else ""

    @property
    def seconds(self) -> float | None:
        """Tell how long it had requests."""
        return None if self.first is None or self.off is None else self.off - self.first


def course(entries: Sequence[Entry]) -> Course:
    """Read a rollout's entries, oldest first."""
    first = next((entry.at for entry in entries if entry.kind is Kind.ADVANCE), None)
    turned = next((entry for entry in entries if entry.kind is Kind.ROLL_BACK), None)
    if turned is None:
        return Course(first)
    after = [entry for entry in entries if entry.revision >= turned.revision]
    return Course(
        first=first,
        turned=turned,
        off=next((entry.at for entry in after if entry.live_weight == 0), None),
        settled=next((entry.at for entry in after if entry.phase is Phase.ROLLED_BACK), None),
    )
