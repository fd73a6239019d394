"""Guardrails: what a canary may not be worse in, and by how much.

*Rates* count bad of total (errors, wrong answers, visits that bought nothing, answers that a group of people did
not like). *Spreads* count values per bin (latency, revenue, scores). Either is judged against stable, or, with an
absolute bound, against that bound alone. *Calibration* holds scores against what came true. Units as in
`lambdas.rollout.plan`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from lambdas.rollout.quantities import Metric, Quantity
from lambdas.rollout.units import FILLED, MILLISECONDS, SHARE, TIMES


@dataclass(frozen=True, slots=True)
class Alarm:
    """When a guardrail's CloudWatch alarm fires: ``breaches`` of the last ``periods``, each with enough requests.

    An alarm is the fast path for what is gross. It speaks only for periods in which the variant answered at
    least ``min_requests`` requests.
    """

    breaches: int = 2
    periods: int = 3
    min_requests: int = 20


class Worse(StrEnum):
    """Which way a value gets worse."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Guardrail on the share of requests answered with an error (5xx and model errors).

    The judge tolerates a canary rate of ``margin`` times stable's, rules out (for a PASS) one of ``detect``
    times stable's or, if that is more, of ``negligible``. With ``at_most`` the bound is that rate, whatever
    stable's is. ``burst`` is how many errors one fault causes on average over errors (E[B²]/E[B], the design
    effect; Kish 1965). The alarm fires when the canary's rate exceeds stable's by ``alarm_above``, and by more than
    three standard deviations of chance besides.
    """

    metric: Literal["error_rate"] = "error_rate"
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 2.0
    negligible: Annotated[float, SHARE] = 0.01
    at_most: Annotated[float, SHARE] | None = None
    burst: float = 1.0
    alarm_above: Annotated[float, SHARE] = 0.05
    alarm: Alarm = Alarm()

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return "error_rate" if self.at_most is None else "error_rate_at_most"


@dataclass(frozen=True, slots=True)
class Quality:
    """Guardrail on answers that turn out wrong, counted where the truth is known (namespace ``Serinus``).

    Each is judged as a rate of what is bad: accuracy as wrong answers, precision as FP/(TP+FP), recall as
    FN/(TP+FN), f1 as (FP+FN)/(TP+FP+FN) (F1 is monotone in it), auc as the discordant share of disjoint pairs of
    a positive and a negative, conversion as exposures without one. With ``at_least`` the metric itself must keep
    that floor; for f1 it is a floor of F1. The rest is as in `ErrorRate`.
    """

    metric: Literal["accuracy", "precision", "recall", "f1", "auc", "conversion"]
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 1.5
    negligible: Annotated[float, SHARE] = 0.01
    at_least: Annotated[float, SHARE] | None = None
    burst: float = 1.0

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return self.metric if self.at_least is None else f"{self.metric}_at_least"

    @property
    def at_most(self) -> float | None:
        """The bound of the bad share that the floor means; F1 = 2(1 - b)/(2 - b) where b is the bad share."""
        if self.at_least is None:
            return None
        return (2 - 2 * self.at_least) / (2 - self.at_least) if self.metric == "f1" else 1 - self.at_least


@dataclass(frozen=True, slots=True)
class Counts:
    """Guardrail on any counts of CloudWatch: ``bad`` of ``total``, under a name of yours.

    ``sparse`` says that a period without a ``bad`` count had none; otherwise it counts as missing. The rest is
    as in `ErrorRate`.
    """

    metric: Literal["counts"]
    name: str
    bad: Quantity
    total: Quantity
    sparse: bool = False
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 2.0
    negligible: Annotated[float, SHARE] = 0.01
    at_most: Annotated[float, SHARE] | None = None
    burst: float = 1.0

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return self.name


@dataclass(frozen=True, slots=True)
class Latency:
    """Guardrail on ModelLatency, the whole distribution of it.

    The judge tolerates a canary ``margin`` times as slow as stable, and rules out (for a PASS) one ``detect``
    times as slow. With ``at_most`` the ``percentile`` must keep that bound instead, whatever stable does. The
    alarm fires when the canary's ``percentile`` exceeds ``alarm_above`` times stable's.
    """

    metric: Literal["latency"] = "latency"
    percentile: float = 95.0
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 1.5
    at_most: Annotated[int, MILLISECONDS] | None = None
    alarm_above: Annotated[float, TIMES] = 1.5
    alarm: Alarm = Alarm(min_requests=200)

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return f"latency_p{self.percentile:g}" + ("" if self.at_most is None else "_at_most")


@dataclass(frozen=True, slots=True)
class Value:
    """Guardrail on what an answer is worth, or how far it is off (namespace ``Serinus``).

    Of revenue and scores less is worse: the judge tolerates values of stable's divided by ``margin`` and rules out
    stable's divided by ``detect``. Of ``log_loss`` and ``brier`` (of scores) and ``absolute_error`` (of numbers) more
    is worse, and they multiply.
    """

    metric: Literal["revenue", "score", "log_loss", "brier", "absolute_error"]
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 1.5

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return self.metric


@dataclass(frozen=True, slots=True)
class Values:
    """Guardrail on the distribution of any CloudWatch metric of values that are not negative."""

    metric: Literal["values"]
    name: str
    of: Metric
    worse: Worse = Worse.HIGHER
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 1.5

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return self.name


@dataclass(frozen=True, slots=True)
class Fairness:
    """Guardrail on what happens to each group of people, canary against stable (namespace ``Serinus``).

    ``demographic_parity`` is judged by the share of unfavourable answers; ``equal_opportunity`` by their share where
    a favourable answer was right, ``predictive_equality`` by the share of favourable ones where an unfavourable
    answer was right (Hardt, Price and Srebro 2016; both together are equalized odds). ``groups`` are those of the
    endpoint's schema that are judged (``race=black``); all where left out. Once an environment is read there is one
    guardrail for each of them. Below ``min_group`` decisions (or known outcomes) of the group on the canary there is
    no verdict. ``among`` is how many guardrails share this one's part of ``false_rollback``, ``worthy`` the truth
    that makes a favourable answer right. The rest is as in `ErrorRate`; it passes by proof alone.
    """

    metric: Literal["demographic_parity", "equal_opportunity", "predictive_equality"]
    groups: tuple[str, ...] = ()
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 1.5
    negligible: Annotated[float, SHARE] = 0.01
    burst: float = 1.0
    min_group: int = 100
    among: Annotated[int, FILLED] = 1
    worthy: Annotated[Literal["positive", "negative"], FILLED] = "positive"

    @property
    def group(self) -> str:
        """The group that is judged."""
        return ",".join(self.groups)

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return f"{self.metric}[{self.group}]" if self.groups else self.metric


@dataclass(frozen=True, slots=True)
class DisparateImpact:
    """Guardrail on favourable answers among the canary's own: the four-fifths rule (29 CFR 1607.4 D).

    Each group must get one at least ``at_least`` times as often as ``against``, or as every other group of its
    column where that is left out, whatever stable does. To pass, ``at_least`` divided by ``detect`` must be ruled
    out. Once an environment is read there is one guardrail for each pair, and both must have ``min_group``
    decisions. The rest is as in `Fairness`.
    """

    metric: Literal["disparate_impact"]
    groups: tuple[str, ...] = ()
    against: str = ""
    at_least: Annotated[float, SHARE] = 0.8
    detect: Annotated[float, TIMES] = 1.15
    burst: float = 1.0
    min_group: int = 100
    among: Annotated[int, FILLED] = 1

    @property
    def group(self) -> str:
        """The group that is judged."""
        return ",".join(self.groups)

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return f"disparate_impact[{self.group}/{self.against}]" if self.groups else "disparate_impact"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Guardrail on scores as chances: as many answers turn out positive as they add up to (namespace ``Serinus``).

    Calibration in the large (Van Calster et al., BMC Medicine 17:230, 2019): observed against expected, by odds, so
    that it is the same whichever label is called positive. Whatever stable does, the odds of a positive may be
    ``margin`` times those that the canary's scores expect, or a ``margin``-th of them; to pass, ``detect`` times and
    a ``detect``-th must be ruled out. ``burst`` is as in `ErrorRate`, of answers that turn out positive together.
    """

    metric: Literal["calibration"]
    margin: Annotated[float, TIMES] = 1.1
    detect: Annotated[float, TIMES] = 1.5
    burst: float = 1.0

    @property
    def key(self) -> str:
        """Name the guardrail within its plan."""
        return self.metric


OfGroups = Fairness | DisparateImpact
Rate = ErrorRate | Quality | Counts | OfGroups
Spread = Latency | Value | Values
Guardrail = ErrorRate | Latency | Quality | Value | Counts | Values | Fairness | DisparateImpact | Calibration
