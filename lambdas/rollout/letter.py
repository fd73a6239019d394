"""What people are told of a decision; it waits in the ledger, in the decision's own transaction, until they were."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from lambdas.rollout.decision import Decision, percent
from lambdas.rollout.state import EndpointState, Kind

_LONGEST = 86_400
"""Seconds between two tries at the most, for whatever keeps people from being told."""
_QUIET = (Kind.HOLD, Kind.SWITCH)
"""A hold is nobody's news, and whoever turns the kill switch tells people himself."""


class Letter(NamedTuple):
    """A message about a decision: an endpoint's at ``revision``, made ``at`` a time (seconds since the epoch)."""

    endpoint: str
    revision: int
    at: float
    subject: str
    text: str


def letter(state: EndpointState, decision: Decision, at: float) -> Letter | None:
    """Write what was decided with ``state``, why, and where to read on; None where it is nobody's news."""
    if decision.kind in _QUIET:
        return None
    rollout, endpoint = decision.rollout, state.endpoint
    share = percent(rollout.weight)
    text = (
        f"{decision.kind} on {endpoint}\n\n{decision.reason}\n\n"
        f"stable {rollout.release.stable}, canary {rollout.canary}; the canary's share is now"
        f" {share}.\nHistory: serinus history ENVIRONMENT {endpoint}\n"
    )
    return Letter(endpoint, state.revision, at, f"{endpoint}: {rollout.title} {rollout.phase} at {share}", text)


def overdue(waiting: Letter, now: float, settle: float) -> bool:
    """Tell whether whoever decided can send it no more: a function lives ``settle`` seconds at the most."""
    return now >= waiting.at + settle


def next_try(waiting: Sequence[Letter], now: float, settle: float) -> int | None:
    """Tell in how many seconds letters are worth another try; None where none waits.

    First when their writers must have ended, and then each time after as long again: what refuses a letter for an
    hour is asked again an hour later.
    """
    ages = [now - each.at for each in waiting]
    tries = [settle - age if age < settle else min(age, _LONGEST) for age in ages]
    return max(1, math.ceil(min(tries))) if tries else None
