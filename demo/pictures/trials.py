"""An experiment and a bandit at work: the core's own, on users that are drawn with a fixed seed."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cli.quantities import percent
from cli.report.shapes import Chart, Frame, Label, Line, Rule, Tick, joined, stairs
from lambdas.rollout.catalogue import Period
from lambdas.rollout.experiment.terms import Outcome, Verdict
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Step
from lambdas.rollout.trial import Served, Trial, trial

_FRAME = Frame(960, 230, left=84, right=180)
_PERIOD, _DAY = 3 * 3_600, 86_400
_EXPOSED = 9_000
"""Of both arms, in a period: small enough that a picture has something to show."""


class Course(NamedTuple):
    """A test from its begin to its end, with how it is drawn: time, the canary's share until then, how it stands."""

    look: str
    name: str
    rows: list[tuple[float, int, Trial]]


def course(step: Step, stable: float, canary: float, seed: int) -> Iterator[tuple[float, int, Trial]]:
    """Serve a step until its test has ended: time, the canary's share until then, and how the test stands."""
    chance = random.Random(seed)  # noqa: S311  (a picture, no secret)
    periods: list[Period] = []
    share, ended = step.weight, False
    while not ended:
        exposed = (_EXPOSED * (FULL - share) // FULL, _EXPOSED * share // FULL)
        won = [_won(chance, many, rate) for many, rate in zip(exposed, (stable, canary), strict=True)]
        periods.append(Period(len(periods) * _PERIOD, (exposed[0], won[0], exposed[1], won[1])))
        elapsed = len(periods) * _PERIOD
        found = trial(step, Served({CANARY: share}, 0.0), periods, elapsed)
        yield elapsed, share, found
        if elapsed >= step.bake:
            share, ended = found.bandit.shares[1] if found.bandit else share, _ended(found)


def _won(chance: random.Random, exposed: int, rate: float) -> int:
    return sum(chance.random() < rate for _ in range(exposed))


def _ended(found: Trial) -> bool:
    if found.bandit:
        return found.bandit.ended
    return found.experiment is None or found.experiment.outcome is not Outcome.RUNNING


def evidence(courses: Sequence[Course]) -> Chart:
    """Draw, per course, how near the proof is of what the experiment finds in the end."""
    longest = max(each.rows[-1][0] for each in courses)
    x, y = _FRAME.across(0, longest), _FRAME.up(0, 1.15)
    lines, labels = [], []
    for look, name, rows in courses:
        end = _verdict(rows[-1][2])
        points = [(0.0, 0.0), *((at, _proof(_verdict(found), end.outcome)) for at, _, found in rows)]
        lines.append(Line(look, joined((x(at), y(part)) for at, part in points), name))
        labels.append(Label(look, x(points[-1][0]) - 6, y(points[-1][1]) - 8, f"{name}: {_FOUND[end.outcome]}"))
    bound = Line("threshold", joined([(x(0), y(1)), (x(longest), y(1))]))
    return Chart(
        frame=_FRAME,
        summary="Evidence over days for what the experiment finds in the end.",
        x_ticks=_days(longest),
        y_ticks=(Tick(y(0), "nothing"), Tick(y(1), "proven")),
        lines=(bound, *lines),
        labels=tuple(labels),
    )


_FOUND = {
    Outcome.WINNER: "wins",
    Outcome.LOSER: "loses",
    Outcome.NO_DIFFERENCE: "no difference",
    Outcome.STOPPED: "time over",
}


def _verdict(found: Trial) -> Verdict:
    if found.experiment is None:
        raise ValueError("the step has no experiment")
    return found.experiment


def _proof(verdict: Verdict, sought: Outcome) -> float:
    """Tell how much of a proof there is of what was sought: 0 for nothing, 1 for proven."""
    pairs = {(pair.arm, pair.other): pair for pair in verdict.pairs}
    up, down = pairs[CANARY, STABLE], pairs[STABLE, CANARY]
    found = {Outcome.WINNER: up.better, Outcome.LOSER: down.better}.get(sought, min(up.close, down.close))
    return max(0.0, found) / verdict.bound


def shares(courses: Sequence[Course]) -> Chart:
    """Draw, per course, the canary's share until the bandit is sure, and what follows."""
    longest = max(rows[-1][0] for _, _, rows in courses)
    x, y = _FRAME.across(0, longest), _FRAME.up(0, FULL)
    lines, labels, rules = [], [], []
    for look, name, rows in courses:
        points = [(at - _PERIOD, share) for at, share, _ in rows]
        points += [(rows[-1][0], rows[-1][1])]
        lines.append(Line(look, joined(stairs((x(at), y(share)) for at, share in points)), name))
        labels.append(Label(look, x(points[-1][0]) + 6, y(points[-1][1]) + 4, f"{name}: {_end(rows[-1][2])}"))
        rules.append(Rule("step", x(points[-1][0]), name))
    return Chart(
        frame=_FRAME,
        summary="The canary's share over days.",
        x_ticks=_days(longest),
        y_ticks=tuple(Tick(y(share), percent(share)) for share in range(0, FULL + 1, 2_500)),
        rules=tuple(rules),
        lines=tuple(lines),
        labels=tuple(labels),
    )


def _end(found: Trial) -> str:
    best = found.bandit.best if found.bandit else ""
    return {CANARY: "goes on", STABLE: "taken back"}.get(best, "time over")


def _days(longest: float) -> tuple[Tick, ...]:
    x = _FRAME.across(0, longest)
    every = max(1, round(longest / _DAY / 8))
    return tuple(Tick(x(day * _DAY), f"day {day}") for day in range(0, int(longest / _DAY) + 1, every))
