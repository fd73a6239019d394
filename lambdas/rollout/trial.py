"""How a step that tests models stands: its experiment judged, or its bandit moved, by rewards per minute.

Exposures are what the router counts, and rewards are counted at the minute of their exposure, however late they come.
So the latest minutes lack rewards, on all arms alike.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from lambdas.rollout import earned
from lambdas.rollout.bandit.terms import Arm as BanditArm
from lambdas.rollout.bandit.terms import Terms as BanditTerms
from lambdas.rollout.bandit.terms import Update
from lambdas.rollout.bandit.update import weights
from lambdas.rollout.catalogue import Period, Query
from lambdas.rollout.experiment.experiment import rates, values
from lambdas.rollout.experiment.rows import Rates, Values
from lambdas.rollout.experiment.terms import Outcome, Terms, Verdict
from lambdas.rollout.judge.ladder import Ladder
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Bandit, Experiment, Step
from lambdas.rollout.state import Result


class Trial(NamedTuple):
    """Where a step's experiment, or its bandit, stands; None where it has none. ``results`` are all arms' so far."""

    experiment: Verdict | None = None
    bandit: Update | None = None
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """How arms are served: ``shares`` (basis points, all but stable) since ``since``, and who was ``dropped``.

    ``ladder`` is what revenue is counted by, as soon as stable's has been measured.
    """

    shares: Mapping[str, int]
    since: float
    dropped: Collection[str] = ()
    ladder: Ladder | None = None


def arms(step: Step) -> tuple[str, ...]:
    """Name the variants that a step tests, stable first, then the canary."""
    return (STABLE, CANARY, *(step.tests.challengers if step.tests else ()))


def needs_ladder(step: Step) -> bool:
    """Tell whether a step's test counts values in bins."""
    return step.experiment is not None and step.experiment.metric == "revenue"


def queries(step: Step, ladder: Ladder | None = None) -> tuple[Query, ...]:
    """Ask for exposures and rewards of each arm."""
    if step.experiment and needs_ladder(step):
        return earned.of_bins(arms(step), ladder, step.experiment.minimum_effect) if ladder else ()
    if step.bandit and step.bandit.metric == "revenue":
        return earned.of_sums(arms(step))
    return earned.of_conversions(arms(step))


def trial(step: Step, served: Served, periods: Sequence[Period], elapsed: float) -> Trial:
    """Judge all periods since the test began, ``elapsed`` seconds ago, given with the values of `queries`."""
    if step.experiment and needs_ladder(step) and served.ladder is None:
        return Trial(experiment=_unmeasured(step.experiment, elapsed))
    minutes = earned.by_minute(periods)
    results = earned.results(minutes, arms(step))
    if step.experiment:
        verdict = _judged(step, step.experiment, served, (minutes, periods), elapsed)
        told = f"{verdict.sentence}; {earned.words(results, step.experiment.metric)}"
        return Trial(experiment=verdict._replace(sentence=told), results=results)
    if step.bandit:
        update = _moved(step, step.bandit, served, minutes, elapsed)
        told = f"{update.sentence}; {earned.words(results, step.bandit.metric)}"
        return Trial(bandit=update._replace(sentence=told), results=results)
    return Trial()


def _unmeasured(asked: Experiment, elapsed: float) -> Verdict:
    """Say that there is nothing to count revenue by; in the end that stops the test."""
    outcome = Outcome.STOPPED if elapsed >= asked.max_ else Outcome.RUNNING
    return Verdict(outcome, "", (), "stable has had too few payments to measure what people pay", (), 0.0)


def _judged(
    step: Step,
    asked: Experiment,
    served: Served,
    seen: tuple[Sequence[Period], Sequence[Period]],
    elapsed: float,
) -> Verdict:
    """Judge the arms that are still in; each claim keeps the chance that it had when all of them were.

    ``seen`` are the minutes and the periods: the split is that since the shares hold.
    """
    everyone, (minutes, periods) = arms(step), seen
    places = [place for place, arm in enumerate(everyone) if arm not in served.dropped]
    kept = [everyone[place] for place in places]
    asking = _terms(asked, kept, served, part=_pairs(len(kept)) / _pairs(len(everyone)))
    counted = earned.exposed([each for each in periods if each.at >= served.since], len(everyone))
    exposed = [counted[place] for place in places]
    if served.ladder and needs_ladder(step):
        judged = [earned.values(each, len(everyone)) for each in minutes if each.at >= served.ladder.since]
        bins = [Values(row.at, _of(row.plain, places), _of(row.lifted, places)) for row in judged]
        return values(asking, served.ladder).verdict(bins, exposed, elapsed)
    found = [earned.rates(each, len(everyone)) for each in minutes]
    return rates(asking).verdict([Rates(row.at, _of(row.arms, places)) for row in found], exposed, elapsed)


_T = TypeVar("_T")


def _of(row: Sequence[_T], places: Sequence[int]) -> tuple[_T, ...]:
    return tuple(row[place] for place in places)


def terms(step: Step, asked: Experiment) -> Terms:
    """Tell what an experiment asks while all of its arms are in."""
    served = Served({CANARY: step.weight, **asked.challengers}, 0.0)
    return _terms(asked, arms(step), served, part=1.0)


def _terms(asked: Experiment, kept: Sequence[str], served: Served, *, part: float) -> Terms:
    """Ask for some arms; their claims have a ``part`` of the chance of all."""
    return Terms(
        arms=tuple(kept),
        split=tuple(_shares(kept, served)),
        effect=asked.minimum_effect,
        alpha=asked.alpha * part,
        power=asked.power,
        max_duration=asked.max_,
        burst=asked.burst,
    )


def _pairs(count: int) -> int:
    return count * (count - 1)


def _shares(names: Sequence[str], served: Served) -> list[int]:
    """List the arms' shares; stable, the first one, has what is left."""
    others = [served.shares.get(name, 0) for name in names[1:]]
    return [FULL - sum(others), *others]


def _moved(step: Step, asked: Bandit, served: Served, minutes: Sequence[Period], elapsed: float) -> Update:
    asking = BanditTerms(
        floor=asked.floor,
        max_change=asked.max_change,
        discount=asked.discount,
        until=asked.until,
        burst=asked.burst,
        max_duration=asked.max_,
    )
    names = arms(step)
    batches = [earned.batch(each, names, revenue=asked.metric == "revenue") for each in minutes]
    shares = zip(names, _shares(names, served), strict=True)
    given = [BanditArm(name, share, name not in served.dropped) for name, share in shares]
    return weights(batches, given, asking, elapsed)
