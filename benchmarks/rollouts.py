"""False rollbacks of whole simulated rollouts, all guardrails and their alarms on, and how fast they are simulated.

Run: ``python -m benchmarks.rollouts [ROLLOUTS] [JOBS] [SCENARIO…]`` (20000 of each, 1 process, and the settings below
where left out). The weights move as the plan's steps do. Prints the share of healthy canaries that were taken back,
with its exact one-sided 95 % upper bound (Clopper and Pearson 1934), by the judge alone and with the alarms, then the
speed on one core.
"""

import sys
import time
from collections import Counter

from lambdas.rollout.guardrails import ErrorRate, Guardrail, Latency, Quality
from lambdas.rollout.judge.interval import share
from lambdas.rollout.plan import Plan, Step
from simulation.case import Case
from simulation.figures import causes
from simulation.outcome import Outcomes
from simulation.run import run
from simulation.scenarios import scenario
from simulation.traffic import Traffic

_BAKES = (300, 600, 900, 1_500)
_STEPS = tuple(Step(weight, bake, 4 * bake) for weight, bake in zip((500, 2_500, 5_000, 10_000), _BAKES, strict=True))
_ALL: tuple[Guardrail, ...] = (ErrorRate(), Latency(), Quality("accuracy"))
_TRAFFIC = Traffic(100.0, error_rate=0.005)
_SETTINGS = ("healthy", "incident", "daily", "incident+daily", "low=0.1", "missing+piecemeal")
_TIMED = 200


def main() -> None:
    """Print a line per setting, and the speed."""
    rollouts = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for words in sys.argv[3:] or _SETTINGS:
        found = run(Case(Plan(_STEPS, _ALL), _TRAFFIC, scenario(words)), rollouts, jobs=jobs)
        print(f"{words:18} {_said(found)}", flush=True)
    _time("an hour, errors and latency", Plan(_STEPS, _ALL[:2]))
    _time("an hour, errors", Plan(_STEPS, _ALL[:1]))


def _said(found: Outcomes) -> str:
    total = len(found.all)
    by_alarm = sum(count for cause, count in causes(found) if cause.startswith("alarm"))
    ends = Counter(outcome.end.value for outcome in found.all)
    judge = _bounded(found.wrong - by_alarm, total)
    return f"taken back {_bounded(found.wrong, total)}; by the judge {judge}, by alarms {by_alarm}; {dict(ends)}"


def _bounded(count: int, total: int) -> str:
    return f"{count} ({count / total:.3%}, at most {share(count, total, 0.9)[1]:.3%})"


def _time(what: str, plan: Plan) -> None:
    """Time healthy rollouts, the longest ones, by the processor's clock."""
    began = time.process_time()
    found = run(Case(plan, _TRAFFIC, scenario("healthy")), _TIMED)
    took = (time.process_time() - began) / _TIMED
    hours = sum(outcome.ended for outcome in found.all) / len(found.all) / 3_600
    print(f"{what}: {1_000 * took / hours:.1f} s for 1,000 one-hour rollouts on one core")


if __name__ == "__main__":
    main()
