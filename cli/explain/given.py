"""What the environment file and the command line say of an endpoint's traffic."""

from argparse import Namespace
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from cli.exits import Exit, RefusedError
from cli.foresight.shape import Shape
from cli.foresight.traffic import RELATIVE_SPREAD, Base, Traffic
from infra.spec import Endpoint, Environment
from infra.spec import Traffic as Written
from infra.spec.agreement import healthy
from lambdas.rollout.catalogue import spread_of
from lambdas.rollout.guardrails import Calibration, Counts, ErrorRate, Latency, Quality
from lambdas.rollout.plan import DISAGREEMENT, Plan

_RATE = Written(1.0).error_rate


@dataclass(frozen=True, slots=True)
class Known:
    """The traffic, None where nobody said it, and where it is from: sentences for people."""

    traffic: Traffic | None
    sources: tuple[str, ...]


def given(environment: Environment, endpoint: Endpoint, plan: Plan, arguments: Namespace) -> Known:
    """Take what the command line says, else what the file says."""
    written, bases = endpoint.traffic, _bases(plan, arguments)
    if arguments.rps is None and written is None:
        return Known(None, (_unknown(environment, endpoint),))
    per_second = arguments.rps or (written.requests_per_second if written else 0.0)
    errors = arguments.error_rate or (written.error_rate if written else _RATE)
    spread = _spread(arguments)
    sources = (
        f"{per_second:g} requests a second, {100 * errors:.3g} % of them errors: {_whence(environment, arguments)}.",
        *_spread_source(plan, spread),
        *(f"{each} --base disagreement=SHARE says better." for each in agreement_source(plan, bases)),
    )
    traffic = Traffic(
        per_second,
        {**agreement(plan), **dict(_rates(plan, errors, bases, spread))},
        {each.key: spread or RELATIVE_SPREAD for each in plan.guardrails if spread_of(each)},
        environment.control.metric_period,
        environment.control.metric_delay,
    )
    return Known(traffic, sources)


def _rates(plan: Plan, errors: float, bases: Mapping[str, Base], spread: Shape | None) -> Iterator[tuple[str, Base]]:
    for each in plan.judged:
        match each:
            case ErrorRate():
                yield each.key, Base(errors)
            case Latency() if each.at_most is not None and spread is not None:
                yield each.key, Base(max(1 - spread.good(1000.0 * each.at_most), 1e-6))
            case _ if each.key in bases:
                yield each.key, bases[each.key]


def agreement(plan: Plan) -> dict[str, Base]:
    """Tell how often a healthy canary disagrees with stable in its shadow, as far as it must be assumed."""
    return {step.shadow.guardrail.key: Base(healthy(step.shadow)) for step in plan.steps if step.shadow}


def agreement_source(plan: Plan, said: Container[str] = ()) -> Iterator[str]:
    """Say that it was assumed."""
    for base in agreement(plan).values():
        if DISAGREEMENT not in said:
            yield (
                f"How often a healthy canary disagrees with stable is not known: {100 * base.share:.3g} %, a quarter"
                " of max_disagreement, is assumed."
            )


def _bases(plan: Plan, arguments: Namespace) -> dict[str, Base]:
    takers = [each.key for each in plan.judged if isinstance(each, Quality | Counts | Calibration)]
    shares = dict[str, float](arguments.base)
    for key in shares:
        if key not in takers:
            has = f"it has {', '.join(takers)}" if takers else "it has none that counts something else than errors"
            raise RefusedError(Exit.USAGE, f"--base {key}: the plan has no such guardrail on a rate", has)
    return {key: Base(share) for key, share in shares.items()}


def _spread(arguments: Namespace) -> Shape | None:
    p50, p99 = arguments.p50, arguments.p99
    if p50 is None and p99 is None:
        return None
    if p50 is None or p99 is None or p99 <= p50:
        raise RefusedError(Exit.USAGE, "--p50 and --p99 go together, and p99 is the larger one", "--p50 80 --p99 300")
    return Shape.lognormal(1000 * p50, 1000 * p99)


def _whence(environment: Environment, arguments: Namespace) -> str:
    told = arguments.rps is not None or arguments.error_rate is not None
    return "from the command line" if told else f"from {environment.name}.yaml"


def _spread_source(plan: Plan, spread: Shape | None) -> Iterator[str]:
    judged = [each.key for each in plan.guardrails if spread_of(each)]
    if judged and spread is None:
        yield (
            f"How {' and '.join(judged)} spread on stable is not known: lognormal, with the 99th percentile at five"
            " times the median, is assumed. --p50 and --p99, or --live, say better."
        )


def _unknown(environment: Environment, endpoint: Endpoint) -> str:
    return (
        "How much the rollout sees depends on the traffic, which is not known. Fix: write"
        f" `traffic: {{requests_per_second: 50, error_rate: 0.5%}}` under endpoints.{endpoint.name} in"
        f" {environment.name}.yaml (or give --rps and --error-rate, or --live)."
    )
