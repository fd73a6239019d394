"""Reports of rewards, read. Pure.

A report is a JSON object: ``inference_id``; ``metric``, "conversion" where left out, or "revenue"; ``reward``, 1
where left out; ``at``, the time of the reward (now, where left out); ``endpoint``, unless the caller's path names it.
"""

import json
import re
from calendar import monthrange, timegm
from collections.abc import Mapping
from reprlib import repr as short
from typing import Any

from lambdas.rollout.rewards import SKEW, Metric, Reward, Terms

_FIELDS = ("endpoint", "inference_id", "metric", "reward", "at")
_MOST = 1e9
"""The highest reward that the bandit takes (`lambdas.rollout.bandit.batches`)."""
_LONGEST = 64
"""Characters of an InferenceId, which are ASCII (SageMaker API reference, InvokeEndpoint)."""
_MOMENT = re.compile(
    r"(?a)(\d{4})-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d+)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))"
)


class RefusedRewardError(ValueError):
    """A report that cannot be understood; its text is the sentence for whoever sent it.

    ``{}`` stands for what was ``given``, which is nothing for a log: ``unquoted`` is the sentence without.
    """

    def __init__(self, sentence: str, *given: object) -> None:
        super().__init__(sentence.format(*map(short, given)) if given else sentence)
        self.unquoted = sentence.format(*("…" for _ in given)) if given else sentence


def parse(report: str | bytes, terms: Terms, now: float, endpoint: str = "") -> Reward:
    """Read a report, of ``endpoint`` where the caller's path says so; raises `RefusedRewardError`."""
    given = _object(report)
    if endpoint and given.get("endpoint", endpoint) != endpoint:
        raise RefusedRewardError("`endpoint` is {}, and the path says {}", given["endpoint"], endpoint)
    metric = _metric(given.get("metric", Metric.CONVERSION))
    return Reward(
        endpoint=_endpoint(endpoint or given.get("endpoint"), terms),
        inference_id=inference_id_of(given.get("inference_id")),
        metric=metric,
        value=_value(given.get("reward", 1), metric),
        at=_at(given.get("at", now), now),
    )


def _object(report: str | bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(report)
    except (ValueError, RecursionError) as error:
        raise RefusedRewardError(f"a reward is a JSON object, and this is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise RefusedRewardError("a reward is a JSON object, and this is not one")
    if others := sorted(given.keys() - set(_FIELDS)):
        raise RefusedRewardError(f"a reward has no field {{}}; its fields are {', '.join(_FIELDS)}", others[0])
    return given


def _metric(given: Any) -> Metric:
    try:
        return Metric(given)
    except ValueError as error:
        raise RefusedRewardError(f"`metric` is {{}}; write {' or '.join(Metric)}", given) from error


def _endpoint(given: Any, terms: Terms) -> str:
    if not isinstance(given, str) or given not in terms.endpoints:
        known = ", ".join(sorted(terms.endpoints)) or "none"
        raise RefusedRewardError(f"`endpoint` is {{}}; rewards are taken for {known}", given)
    return given


def inference_id_of(given: Any) -> str:
    """Take an inference id; raises `RefusedRewardError`."""
    if not isinstance(given, str) or not given.isascii() or not 0 < len(given) <= _LONGEST:
        raise RefusedRewardError(f"`inference_id` must be the answer's: text of 1 to {_LONGEST} ASCII characters")
    return given


def _value(given: Any, metric: Metric) -> float:
    number = not isinstance(given, bool) and isinstance(given, int | float)
    if metric is Metric.CONVERSION and not (number and given in (0, 1)):
        raise RefusedRewardError("`reward` is {}; a conversion is 1, or 0 where there was none", given)
    if not (number and 0 <= given <= _MOST):
        raise RefusedRewardError(f"`reward` is {{}}; write a number from 0 to {_MOST:.0f}", given)
    return float(given)


def _at(given: Any, now: float) -> float:
    at = _moment(given) if isinstance(given, str) else given
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= now + SKEW:
        form = "seconds since the epoch or an ISO time with its zone, and not in the future"
        raise RefusedRewardError(f"`at` is {{}}; write {form}", given)
    return float(at)


def _moment(text: str) -> float | None:
    """Read ``2026-11-21T09:40:12.5+01:00``; None where it is none."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not (year and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    fraction, sign, hours, minutes = match.groups()[6:]
    ahead = (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1) if sign else 0
    return timegm((year, month, day, hour, minute, second)) + float(fraction or 0) - ahead
