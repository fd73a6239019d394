"""One simulated rollout after the other: the judge's own tests and the plan's own steps, without AWS."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cli.foresight.case import Case, Hearing
from cli.foresight.draws import generator
from cli.foresight.looks import looks
from cli.foresight.traffic import Traffic
from lambdas.rollout.judge.verdict import Outcome, Verdict
from lambdas.rollout.leap import following
from lambdas.rollout.plan import FULL, Inconclusive, Plan


class End(StrEnum):
    """How a simulated rollout ends; a pause waits for a person, and is the end of it here."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Journey:
    """How a rollout went: its end, seconds from the first weight to it, seconds in each step, bad answers.

    ``stuck`` is the step that the judge could not tell of in time, None where it could. ``bad`` are the canary's bad
    answers, by the guardrails that were made worse, beyond what stable's would have been.
    """

    end: End
    seconds: float
    in_steps: tuple[float, ...]
    bad: float
    stuck: int | None = None


def journeys(
    plan: Plan, cases: Sequence[Case], traffic: Traffic, worse: Mapping[str, float], count: int
) -> tuple[Journey, ...]:
    """Simulate ``count`` rollouts of a canary that is ``worse`` (by guardrail; 1 where left out)."""
    return tuple(_Rollout(plan, cases, traffic, worse, generator(3, number)).run() for number in range(count))


class _Listener:
    """Hears a guardrail's periods when it is asked; until then they add up to one."""

    def __init__(self, hearing: Hearing, worse: float) -> None:
        self._hearing, self.worse = hearing, worse
        self._canary = self._stable = 0
        self._bad = 0
        self._shown = True

    def note(self, canary: int, stable: int, *, shown: bool) -> None:
        """Add to what is yet to be heard, which is of one step."""
        self._canary, self._stable, self._shown = self._canary + canary, self._stable + stable, shown

    @property
    def beyond(self) -> float:
        """The bad answers that people got, and stable would not have given."""
        return self._bad * (1 - 1 / self.worse)

    def hear(self, rng: np.random.Generator, at: float) -> None:
        if self._canary or self._stable:
            bad = self._hearing.hear(rng, at, (self._canary, self._stable), self.worse)
            self._bad += bad if self._shown else 0
            self._canary = self._stable = 0

    def verdict(self, rng: np.random.Generator, at: float) -> Verdict:
        self.hear(rng, at)
        return self._hearing.verdict()


class _Rollout:
    """A rollout under way.

    Guardrails in which the canary is worse are heard at each look, the others when all must have passed: looking
    more often at what is healthy would change nothing but the time it takes.
    """

    def __init__(
        self,
        plan: Plan,
        cases: Sequence[Case],
        traffic: Traffic,
        worse: Mapping[str, float],
        rng: np.random.Generator,
    ) -> None:
        self._plan, self._traffic, self._rng = plan, traffic, rng
        keys = {case.guardrail.key: case for case in cases}
        self._listeners = {key: _Listener(case.hearing(), worse.get(key, 1.0)) for key, case in keys.items()}
        self._suspects, self._others = list[_Listener](), list[_Listener]()
        self._lag = traffic.delay + rng.uniform() * traffic.period
        self._in_steps = [0.0] * len(plan.steps)
        self._entered = 0.0

    def run(self) -> Journey:
        """Go through the steps to the end."""
        index = 0
        while True:
            end, verdicts = self._step(index)
            if end is not None or index + 1 == len(self._plan.steps):
                break
            index = following(self._plan, index, verdicts)
        bad = max((each.beyond for each in self._listeners.values()), default=0.0)
        failed = any(verdict.outcome is Outcome.FAIL for verdict in verdicts)
        stuck = None if end is None or failed else index
        return Journey(end or End.PROMOTED, self._entered, tuple(self._in_steps), bad, stuck)

    def _step(self, index: int) -> tuple[End | None, tuple[Verdict, ...]]:
        """Serve a step's weight until it passes (None) or something ends the rollout."""
        before, verdicts = 0, tuple[Verdict, ...]()
        self._seat(index)
        for periods in self._look_times(index):
            self._serve(index, (periods - before) * self._traffic.period)
            before, served = periods, periods * self._traffic.period + self._lag
            now = self._entered + served
            verdicts, passed = self._judge(now, ready=served >= self._plan.least(index))
            if any(verdict.outcome is Outcome.FAIL for verdict in verdicts):
                return self._leave(index, served, End.ROLLED_BACK), verdicts
            if passed:
                return self._leave(index, served, None), verdicts
        rolls_back = self._plan.inconclusive is Inconclusive.ROLL_BACK
        served = max(served, self._plan.steps[index].max_bake)
        return self._leave(index, served, End.ROLLED_BACK if rolls_back else End.PAUSED), verdicts

    def _seat(self, index: int) -> None:
        """Let those listen who have a say in a step."""
        heard = [each for key, each in self._listeners.items() if self._plan.concerns(index, key)]
        self._suspects = [each for each in heard if each.worse != 1.0]
        self._others = [each for each in heard if each.worse == 1.0]

    def _look_times(self, index: int) -> Iterator[int]:
        """A look at ``n`` periods takes place a lag after their end."""
        step, period = self._plan.steps[index], self._traffic.period
        first, last = (-int((self._lag - served) // period) for served in (self._plan.least(index), step.max_bake))
        return looks(1 if self._suspects else first, last)

    def _serve(self, index: int, seconds: float) -> None:
        step, rate = self._plan.steps[index], self._traffic.requests_per_second * seconds / FULL
        canary, stable = self._rng.poisson([rate * step.sees, rate * (FULL - step.weight)])
        for each in (*self._suspects, *self._others):
            each.note(int(canary), int(stable), shown=step.shadow is None)

    def _judge(self, now: float, *, ready: bool) -> tuple[tuple[Verdict, ...], bool]:
        verdicts = tuple(each.verdict(self._rng, now) for each in self._suspects)
        if not (ready and _pass(verdicts)):
            return verdicts, False
        verdicts += tuple(each.verdict(self._rng, now) for each in self._others)
        silent = any(verdict.counted_until < self._entered for verdict in verdicts)
        return verdicts, _pass(verdicts) and not silent

    def _leave(self, index: int, served: float, end: End | None) -> End | None:
        """Go on to other weights, or stay; what was not yet counted at the last look counts at the next one."""
        goes_on = end is None and index + 1 < len(self._in_steps)
        off = end is End.ROLLED_BACK and self._plan.steps[index].weight > 0
        moving = self._traffic.weights if goes_on or off else 0.0
        self._serve(index, self._lag + moving)
        for each in (*self._suspects, *self._others):
            each.hear(self._rng, self._entered)
        self._in_steps[index] = served + moving
        self._entered += served + moving
        return end


def _pass(verdicts: Sequence[Verdict]) -> bool:
    return all(verdict.outcome is Outcome.PASS for verdict in verdicts)
