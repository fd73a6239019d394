"""How long the judge needs at one weight."""

from statistics import fmean

from cli.foresight.case import Case, RateCase
from cli.foresight.draws import generator
from cli.foresight.looks import looks
from cli.foresight.traffic import Traffic
from lambdas.rollout.judge.rate import requests_to_see, terms
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.plan import FULL, Step

_REPETITIONS = 50
LONGEST = 7 * 86_400.0
"""Seconds; what takes longer than a week is not waited for."""


def time_to_see(case: Case, traffic: Traffic, step: Step, worse: float) -> float | None:
    """Return the mean seconds until the judge says FAIL to a canary ``worse`` times as bad, if a step lasted.

    None where that takes more than a week, or for ever.
    """
    if step.weight >= FULL or worse <= case.range[0] or _hopeless(case, traffic, step.sees, worse):
        return None
    found = [_once(case, traffic, step, worse, repetition) for repetition in range(_REPETITIONS)]
    seen = [seconds for seconds in found if seconds is not None]
    return fmean(seen) if len(seen) == len(found) else None


def _hopeless(case: Case, traffic: Traffic, sees: int, worse: float) -> bool:
    """Spare the simulation what Wald's limit tells already."""
    if not isinstance(case, RateCase) or terms(case.guardrail).at_most is not None:
        return False
    margin, rate = terms(case.guardrail).margin, case.base.share
    if min(worse, case.range[1]) <= margin:
        return True
    needed = requests_to_see(worse / margin, min(margin * rate, 0.99), case.chances.fail) / 2
    return needed / case.base.per_request > traffic.requests_per_second * sees / FULL * LONGEST


def _once(case: Case, traffic: Traffic, step: Step, worse: float, repetition: int) -> float | None:
    rng, hearing, period = generator(2, step.sees, repetition), case.hearing(), traffic.period
    per_period = traffic.requests_per_second * period / FULL
    waiting, before = traffic.delay + rng.uniform() * period, 0
    for at in looks(1, int(LONGEST / period)):
        means = [per_period * part * (at - before) for part in (step.sees, FULL - step.weight)]
        canary, stable = rng.poisson(means)
        hearing.hear(rng, at * period, (int(canary), int(stable)), worse)
        if hearing.verdict().outcome is Outcome.FAIL:
            return at * period + waiting
        before = at
    return None
