"""Reports of truths, read. Pure.

A report is a JSON object: ``inference_id``; ``truth``, the label of the request's row, or a list of one for each row
(each a list of label and revenue, where that is told); ``endpoint``, unless the caller's path names it.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from lambdas.rollout.quality.truth import row
from lambdas.rollout.reward_report import RefusedRewardError, inference_id_of

_FIELDS = ("endpoint", "inference_id", "truth")
_MOST = 10_000
"""Rows of a request."""


class Told(NamedTuple):
    """What somebody says of a request: its labels, in the order of its rows, each written by `row`."""

    endpoint: str
    inference_id: str
    labels: tuple[str, ...]


def parse_truth(report: str | bytes, endpoint: str = "") -> Told | None:
    """Read a report, of ``endpoint`` where the caller's path says so; None where it tells no truth.

    Raises `RefusedRewardError`. Whether truths are taken for the endpoint is not looked at here.
    """
    given = _given(report)
    if given is None:
        return None
    if others := sorted(given.keys() - set(_FIELDS)):
        raise RefusedRewardError(f"a truth has no field {{}}; its fields are {', '.join(_FIELDS)}", others[0])
    named = given.get("endpoint", endpoint)
    if endpoint and named != endpoint:
        raise RefusedRewardError("`endpoint` is {}, and the path says {}", named, endpoint)
    if not isinstance(named, str) or not named:
        raise RefusedRewardError("`endpoint` is {}; write the endpoint's name", named)
    return Told(named, inference_id_of(given.get("inference_id")), _labels(given["truth"]))


def _given(report: str | bytes) -> Mapping[str, Any] | None:
    try:
        given = json.loads(report)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) and "truth" in given else None


def _labels(given: Any) -> tuple[str, ...]:
    rows = given if isinstance(given, list) else [given]
    labels = [row(each) for each in rows]
    if not 0 < len(labels) <= _MOST or None in labels:
        sentence = f"`truth` is {{}}; write a label, or a list of 1 to {_MOST:,}, one for each row of the request"
        raise RefusedRewardError(sentence, given)
    return tuple(label for label in labels if label is not None)
