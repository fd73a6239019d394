"""The rollout plan: validated at synth, stored in the ledger, obeyed at run time.

These are the very types that an environment file is validated into. Units are in the annotations:
``BASIS_POINTS`` (0 to 10 000), ``SECONDS``, ``SHARE`` (a fraction between 0 and 1) and ``TIMES`` (a ratio).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

BASIS_POINTS = "basis points"
SECONDS = "seconds"
SHARE = "share"
TIMES = "times"

FULL = 10_000
"""All traffic, in basis points."""


class Inconclusive(StrEnum):
    """What follows when a step has served its maximum bake and the judge still cannot tell."""

    PAUSE = "pause"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a rollout: the canary's weight, and how long it must serve at it.

    ``bake`` is the least time before the step may pass, ``max_bake`` the time after which an
    inconclusive judge ends the waiting. With ``approval`` a person must say so before the step begins.
    """

    weight: Annotated[int, BASIS_POINTS]
    bake: Annotated[int, SECONDS]
    max_bake: Annotated[int, SECONDS]
    approval: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """When a guardrail's CloudWatch alarm fires: ``breaches`` of the last ``periods``, each with enough requests.

    An alarm is the fast path for what is gross. It speaks only for periods in which the variant answered at
    least ``min_requests`` requests.
    """

    breaches: int = 2
    periods: int = 3
    min_requests: int = 20


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Guardrail on the share of requests answered with an error (5xx and model errors).

    The judge tolerates a canary rate of ``margin`` times stable's, rules out (for a PASS) one of ``detect``
    times stable's or, if that is more, of ``negligible``. The alarm fires when the canary's rate exceeds
    stable's by ``alarm_above``.
    """

    metric: Literal["error_rate"] = "error_rate"
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 2.0
    negligible: Annotated[float, SHARE] = 0.01
    alarm_above: Annotated[float, SHARE] = 0.05
    alarm: Alarm = Alarm()


@dataclass(frozen=True, slots=True)
class Latency:
    """Guardrail on a percentile of ModelLatency; the alarm fires above ``alarm_above`` times stable's."""

    metric: Literal["latency"] = "latency"
    percentile: float = 95.0
    alarm_above: Annotated[float, TIMES] = 1.5
    alarm: Alarm = Alarm()


Guardrail = ErrorRate | Latency


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered steps and the guardrails that a rollout obeys.

    ``false_rollback`` is the chance, over the whole rollout, to roll back a canary that is no worse than
    stable; ``false_pass`` the chance to pass one that is worse than the guardrails' ``detect``.
    """

    steps: tuple[Step, ...]
    guardrails: tuple[Guardrail, ...]
    false_rollback: Annotated[float, SHARE] = 0.01
    false_pass: Annotated[float, SHARE] = 0.05
    inconclusive: Inconclusive = Inconclusive.PAUSE
