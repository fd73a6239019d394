"""One simulated rollout: the control plane's own functions, on ports in memory and a clock that jumps."""

import math
from collections.abc import Sequence

from numpy.random import Generator

from lambdas.control.advance import Look, advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.control.take_back import take_back
from lambdas.control.world import World
from lambdas.rollout.judge.verdict import Outcome as Found
from lambdas.rollout.names import config_prefix
from lambdas.rollout.operate import Wish
from lambdas.rollout.plan import Plan
from lambdas.rollout.ports import Firing
from lambdas.rollout.release import PAIR, SHADOW, Release, Stage
from lambdas.rollout.state import Kind, Phase, Rollout
from simulation.alarms import alarms
from simulation.case import Case
from simulation.clock import Clock
from simulation.course import Course, excess
from simulation.endpoints import SimulatedEndpoint
from simulation.memory import BriefLedger, Quiet
from simulation.metrics import SimulatedMetrics
from simulation.outcome import End, Outcome
from simulation.stream import Stream

_NAME, _SAME = "simulated", "0" * 8
_MIDNIGHT = 1_800_000_000.0 // 86_400 * 86_400


def _stages(plan: Plan) -> tuple[Stage, ...]:
    """List the stages of a plan; none where the pair is all there is."""
    names = (SHADOW, PAIR) if any(step.shadow for step in plan.steps) else ()
    return tuple(Stage(name, _SAME, config_prefix(_NAME, _SAME, _SAME) + name) for name in names)


class SimulatedRollout:
    """One rollout of a case's plan; `run` brings it to its end."""

    def __init__(self, case: Case, rng: Generator) -> None:
        plan, traffic, scenario, times = case.plan, case.traffic, case.scenario, case.times
        offset = float(rng.uniform(0.0, traffic.length))
        self._began = _MIDNIGHT + offset
        self._times, self._clock = times, Clock(self._began)
        self._alarms = alarms(plan)
        alarmed = tuple(a.name for a in self._alarms)
        release = Release(_NAME, "stable", "canary", _SAME, _SAME, plan, alarmed, _stages(plan))
        self._ledger, self._endpoint = BriefLedger(release), SimulatedEndpoint(self._clock, release, times.weights)
        course = Course(traffic, scenario, self._began, offset)
        start = self._began // times.period * times.period
        self._stream = Stream(course, scenario, self._endpoint, rng, (start, times.period))
        self._metrics = SimulatedMetrics(self._clock, self._stream, plan, scenario, times.delay)
        self._metrics.alarms = self._firing
        self._alarmed = 0
        self._world = World(
            ledger=self._ledger,
            outbox=Quiet(),
            endpoints=self._endpoint,
            fleets=Quiet(),
            metrics=self._metrics,
            workflow=Quiet(),
            notifier=Quiet(),
            now=lambda: self._clock.now,
            period=times.period,
            settle=times.settle,
        )

    def run(self) -> Outcome:
        """Begin, look again whenever the workflow would, and stop where nothing more can happen."""
        begin_rollout(self._world, _NAME)
        while True:
            look = advance(self._world, _NAME)
            if (end := self._end()) is not None:
                return self._outcome(end)
            if look.again_in is not None:
                self._pass_time(self._next_look(look, look.again_in))
            elif self._pass_time(self._clock.now + self._times.approval):
                grant_wish(self._world, _NAME, Wish.PROMOTE, who="simulation")

    @property
    def _rollout(self) -> Rollout:
        rollout = self._ledger.state.rollout
        if rollout is None:
            raise AssertionError("a rollout that has begun stays in the ledger")
        return rollout

    def _end(self) -> End | None:
        """Tell the end, if it has come; a rollback has once the canary's weight is 0."""
        match self._rollout.phase:
            case Phase.PROMOTED:
                return End.PROMOTED
            case Phase.PAUSED:
                return None if self._rollout.awaits is not None else End.PAUSED
            case Phase.ROLLING_BACK:
                return End.ROLLED_BACK if self._endpoint.served[-1][1] == 0 and self._still() else None
            case _:
                return None

    def _still(self) -> bool:
        return self._endpoint.settles_at is None

    def _next_look(self, look: Look, again_in: int) -> float:
        """Return when the workflow looks next with something new to see; looks in between would end the same."""
        now = self._clock.now
        if look.decision is not None and look.decision.kind is not Kind.HOLD:
            return now + again_in
        news = min(self._metrics.next_news(), self._endpoint.settles_at or math.inf)
        return now + again_in * max(1, math.ceil((news - now) / again_in))

    def _pass_time(self, until: float) -> bool:
        """Move the clock, stopping where an alarm takes the rollout back; tells whether it got there."""
        while self._alarms and self._rollout.phase is not Phase.ROLLING_BACK:
            at = self._metrics.arrival(self._alarmed)
            if at > until:
                break
            self._clock.now = max(self._clock.now, at)
            drawn = self._stream[self._alarmed]
            self._alarmed += 1
            gone_off = [a.firing for a in self._alarms if a.evaluate(drawn, at, self._stream.rng)]
            if self._turned_round(gone_off):
                return False
        self._clock.now = max(self._clock.now, until)
        return True

    def _turned_round(self, gone_off: Sequence[Firing | None]) -> bool:
        for firing in gone_off:
            if firing is not None:
                self._endpoint.live(_NAME)
                take_back(self._world, _NAME, cause=firing.reason, reason=firing.reason, alarm_since=firing.since)
        return bool(gone_off)

    def _firing(self, names: Sequence[str]) -> tuple[Firing, ...]:
        return tuple(alarm.firing for alarm in self._alarms if alarm.firing and alarm.name in names)

    def _outcome(self, end: End) -> Outcome:
        served, ended = self._endpoint.served, self._clock.now
        if end is End.ROLLED_BACK and any(weight for _, weight in served):
            ended = served[-1][0]
        periods = self._stream.until(ended)
        bad = 0
        for drawn in periods:
            arm, (errors, slow, wrong) = drawn.shown, excess(drawn.conditions)
            rng = self._stream.rng
            bad += sum(
                int(rng.binomial(n, share))
                for n, share in ((arm.bad, errors), (arm.total, slow), (arm.total, wrong))
                if n and share
            )
        return Outcome(
            end=end,
            served_from=next((at for at, weight in served if weight), ended) - self._began,
            ended=ended - self._began,
            requests=sum(drawn.shown.total for drawn in periods),
            bad_answers=bad,
            cause=self._cause() if end is End.ROLLED_BACK else "",
            weights=tuple((at - self._began, weight) for at, weight in served),
        )

    def _cause(self) -> str:
        """Name what took the rollout back."""
        entry = next(entry for entry in self._ledger.decisions if entry.kind is Kind.ROLL_BACK)
        if entry.cause.startswith("alarm"):
            return entry.cause
        failed = [verdict.guardrail for verdict in entry.verdicts if verdict.outcome is Found.FAIL]
        return ", ".join(failed) or "not proven in time"
