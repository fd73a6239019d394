"""One look at a metric alarm: its recent data points, the state that they say, and why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from sandbox.cloudwatch.math_values import Series
from sandbox.cloudwatch.query import Evaluation, Source
from sandbox.cloudwatch.recipe import COMPARISONS, Recipe
from sandbox.cloudwatch.verdict import EXTRA, Missing, State, judge


@dataclass(frozen=True, slots=True)
class Finding:
    """A state with its reason, in words and as CloudWatch's JSON."""

    state: State
    reason: str
    data: str


def look(recipe: Recipe, source: Source, now: float, current: str) -> Finding | None:
    """Evaluate the complete periods before `now` (s); None keeps the current state."""
    end = recipe.over(now)
    starts = [end - recipe.period * count for count in range(recipe.periods + EXTRA, 0, -1)]
    series = Evaluation(recipe.queries, (starts[0], end), source).series(recipe.watched)
    points = [series.get(start) for start in starts]
    breaching = [None if point is None else recipe.breaches(point) for point in points]
    state = judge(breaching, recipe.needed, recipe.periods, cast("Missing", recipe.missing))
    if state is None or state == current:
        return None
    recent = {at: series[at] for at in starts if at in series}
    latest = dict(list(recent.items())[-recipe.periods :])
    return Finding(state, _reason(recipe, state, latest, current), _data(recipe, latest, now))


def _reason(recipe: Recipe, state: State, points: Series, current: str) -> str:
    wanted = f"(minimum {recipe.needed} datapoint{_s(recipe.needed)} for {_from(state, current)} transition)."
    if not points:
        what = "no datapoints were received"
        if state == "INSUFFICIENT_DATA":
            return f"Insufficient Data: {recipe.periods} datapoint{_s(recipe.periods)} were unknown."
        treated = f"and {recipe.periods} missing datapoint{_s(recipe.periods)} were treated as [{recipe.missing}]"
        return f"Threshold Crossed: {what} for {recipe.periods} period{_s(recipe.periods)} {treated}."
    if state == "INSUFFICIENT_DATA":
        unknown = recipe.periods - len(points)
        return f"Insufficient Data: {unknown} datapoint{_s(unknown)} were unknown."
    bad = {at: value for at, value in points.items() if recipe.breaches(value)}
    shown = bad if state == "ALARM" and bad else {at: v for at, v in points.items() if at not in bad}
    values = ", ".join(f"{value} ({_stamp(at, '%d/%m/%y %H:%M:%S')})" for at, value in reversed(shown.items()))
    verb = "was" if len(shown) == 1 else "were"
    negated = "" if shown is bad else "not "
    words = COMPARISONS[recipe.comparison][1]
    return (
        f"Threshold Crossed: {len(shown)} out of the last {len(points)} datapoints [{values}] {verb} "
        f"{negated}{words} the threshold ({recipe.threshold}) {wanted}"
    )


def _from(state: State, current: str) -> str:
    return "ALARM -> OK" if state == "OK" and current == "ALARM" else f"OK -> {'ALARM' if state == 'ALARM' else 'OK'}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _stamp(at: float, form: str) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(form)


def _data(recipe: Recipe, points: Series, now: float) -> str:
    data: dict[str, object] = {
        "version": "1.0",
        "queryDate": isoformat(now),
        "period": recipe.period,
        "recentDatapoints": list(points.values()),
        "threshold": recipe.threshold,
    }
    if points:
        data["startDate"] = isoformat(min(points))
    statistic = _statistic(recipe)
    data |= {"statistic": statistic} if statistic else {}
    data["evaluatedDatapoints"] = _evaluated(points)
    return json.dumps(data)


def _statistic(recipe: Recipe) -> str:
    return recipe.queries[0].stat if len(recipe.queries) == 1 else ""


def _evaluated(points: Series) -> Sequence[Mapping[str, object]]:
    return [{"timestamp": isoformat(at), "value": value} for at, value in reversed(points.items())]


def isoformat(at: float) -> str:
    """Write a time (s since the epoch) as CloudWatch's events do."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
