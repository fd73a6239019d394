"""How a drill ended: a word, a sentence, an exit code, and the document that is filed."""

from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Any

from cli.drill.course import ALARM, JUDGE, Course, course
from cli.drill.exercise import Order, Troubles
from cli.exits import Exit
from cli.quantities import duration, utc
from cli.report.counts import intervals, total
from cli.story import Story
from lambdas.rollout.judge.verdict import Arm


class Ending(StrEnum):
    """What a drill has shown."""

    PASSED = "passed"
    LATE = "late"
    UNDETECTED = "undetected"
    OTHERWISE = "otherwise"
    UNASKED = "unasked"
    NOT_BEGUN = "not_begun"
    NOT_DEPLOYED = "not_deployed"
    INTERRUPTED = "interrupted"


_WHO = {ALARM: "an alarm", JUDGE: "the judge"}
_SHOWN = {
    Ending.PASSED: "{who} found {version} bad: {why}; nobody got it any more after {lasted} (bound: {bound})",
    Ending.LATE: "TOO LATE: {who} found {version} bad: {why}; it had requests for longer than {bound}",
    Ending.UNDETECTED: "NOT DETECTED: nobody took {version} back within {bound}, and {bad} of its {total} requests"
    " failed; the drill has aborted it",
    Ending.OTHERWISE: "NOT DETECTED: {version} was taken back for another reason: {why}",
    Ending.UNASKED: "NO REQUESTS CAME to {version}, so nothing could be judged: send some, and drill again",
    Ending.NOT_BEGUN: "NO ROLLOUT BEGAN: {version} was deployed and never given a request; see docs/runbook.md",
    Ending.NOT_DEPLOYED: "NOTHING WAS SHOWN: {trouble}",
    Ending.INTERRUPTED: "INTERRUPTED before anything was shown",
}


@dataclass(frozen=True, slots=True)
class Result:
    """A drill that is over; ``story`` is its rollout's, None where none began."""

    environment: str
    order: Order
    started: float
    troubles: Troubles
    interrupted: bool
    story: Story | None

    @property
    def course(self) -> Course:
        """What became of the saboteur."""
        return course(self.story.entries) if self.story else Course()

    @property
    def requests(self) -> tuple[Arm, Arm]:
        """What the saboteur and stable were asked during the rollout, and how many requests failed."""
        return total(intervals(self.story)) if self.story else (Arm(0, 0), Arm(0, 0))

    @property
    def ending(self) -> Ending:
        """Say it in a word."""
        found = self.course
        if found.detected_by and found.seconds is not None and found.settled is not None:
            return Ending.PASSED if found.seconds <= self.order.bound else Ending.LATE
        if self.interrupted:
            return Ending.INTERRUPTED
        if self.troubles.sabotaged:
            return Ending.NOT_DEPLOYED
        if found.first is None:
            return Ending.NOT_BEGUN
        return self._undetected(found)

    def _undetected(self, found: Course) -> Ending:
        if found.detected_by:
            return Ending.LATE
        if not self.requests[0].total:
            return Ending.UNASKED
        ours = found.turned is None or found.turned.reason.startswith("a fire drill ends")
        return Ending.UNDETECTED if ours else Ending.OTHERWISE

    @property
    def code(self) -> Exit:
        """Choose the exit code; an endpoint that is not as before matters most."""
        if self.troubles.restored:
            return Exit.NOT_PUT_BACK
        if self.ending is Ending.INTERRUPTED:
            return Exit.INTERRUPTED
        return Exit.FINE if self.ending is Ending.PASSED else Exit.DRILL_FAILED

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say what was shown, and what is wrong now if anything is."""
        back = (
            f"THE ENDPOINT IS NOT AS BEFORE: {self.troubles.restored}. Run"
            f" `serinus status {self.environment} {self.order.endpoint}`, then `cdktf deploy '{self.environment}-*'`."
        )
        return (self._shown(), *([back] if self.troubles.restored else []))

    def _shown(self) -> str:
        found, (canary, _) = self.course, self.requests
        return _SHOWN[self.ending].format(
            version=self.order.version,
            who=_WHO.get(found.detected_by, ""),
            why=found.turned.reason if found.turned else "",
            lasted=duration(found.seconds or 0),
            bound=duration(self.order.bound),
            bad=canary.bad,
            total=canary.total,
            trouble=self.troubles.sabotaged,
        )

    @property
    def document(self) -> dict[str, Any]:
        """Describe it for programs, and for whoever asks later."""
        found, (canary, stable) = self.course, self.requests
        return {
            "environment": self.environment,
            "endpoint": self.order.endpoint,
            "version": self.order.version,
            "rollout": self.story.number if self.story else None,
            "started": utc(self.started),
            "within": self.order.bound,
            "first_requests": _at(found.first),
            "detected": self._detection(),
            "off": _at(found.off),
            "rolled_back": _at(found.settled),
            "seconds": found.seconds,
            "canary": {"bad": canary.bad, "total": canary.total},
            "stable_meanwhile": {"bad": stable.bad, "total": stable.total},
            "ending": self.ending.value,
            "passed": self.code is Exit.FINE,
            "put_back": not self.troubles.restored,
            "sentences": list(self.sentences),
            "troubles": list(filter(None, astuple(self.troubles))),
        }

    def _detection(self) -> dict[str, Any] | None:
        turned = self.course.turned
        if turned is None or not self.course.detected_by:
            return None
        return {"at": utc(turned.at), "by": self.course.detected_by, "cause": turned.cause, "reason": turned.reason}


def _at(time: float | None) -> str | None:
    return None if time is None else utc(time)
