"""What the environment file and the command line say of the rollouts to simulate."""

from argparse import Namespace
from dataclasses import dataclass

from cli.connect import file_of
from cli.exits import Exit, RefusedError
from cli.reckoned import reckoned, simulated
from infra.spec import Control, Endpoint, Environment, Progressive, load
from lambdas.rollout.plan import Plan
from simulation.case import Times
from simulation.recorded import UnreadableError, read
from simulation.traffic import Traffic, recorded


@dataclass(frozen=True, slots=True)
class Given:
    """Plans by the names of their environments (one, or two to compare), and all that they have in common."""

    endpoint: str
    plans: tuple[tuple[str, Plan], ...]
    traffic: Traffic
    source: str
    times: Times


def given(arguments: Namespace) -> Given:
    """Read files and flags; refuses what cannot be simulated."""
    environment = load(file_of(arguments.environment))
    endpoint = _endpoint(environment, arguments.endpoint)
    plan, note = _plan(environment, endpoint)
    plans = [(environment.name, plan)]
    if arguments.compare is not None:
        other = load(file_of(arguments.compare))
        name = other.name if other.name != environment.name else f"{other.name} (compared)"
        plans.append((name, _plan(other, _endpoint(other, endpoint.name))[0]))
    traffic, source = _traffic(endpoint, arguments)
    source += f" ({note})" if note else ""
    return Given(endpoint.name, tuple(plans), traffic, source, _times(environment.control, arguments))


def _endpoint(environment: Environment, name: str | None) -> Endpoint:
    """Choose the endpoint: the named one, or the only one with steps."""
    stepwise = [each for each in environment.endpoints if isinstance(each.rollout, Progressive)]
    chosen = [each for each in stepwise if name in {None, each.name}]
    if len(chosen) != 1:
        known = ", ".join(each.name for each in stepwise) or "none"
        asked = "several endpoints or none" if name is None else f"no endpoint {name}"
        raise RefusedError(
            Exit.USAGE, f"{environment.name} has {asked} with a progressive rollout", f"name one of: {known}"
        )
    return chosen[0]


def _plan(environment: Environment, endpoint: Endpoint) -> tuple[Plan, str]:
    """Take the plan as it can be simulated, with what is to be said of that."""
    if not isinstance(endpoint.rollout, Progressive):
        raise RefusedError(Exit.USAGE, f"{endpoint.name} in {environment.name} has no steps to simulate")
    plan, users = reckoned(endpoint.rollout.plan)
    plan, left_out = simulated(plan)
    if not plan.guardrails:
        problem = f"{endpoint.name} in {environment.name} has no guardrail that is simulated: {left_out}"
        raise RefusedError(Exit.USAGE, problem, "add {metric: error_rate} to its guardrails")
    return plan, ", ".join(filter(None, (users, left_out)))


def _traffic(endpoint: Endpoint, arguments: Namespace) -> tuple[Traffic, str]:
    """Take a recording, else what the command line says, else what the file says."""
    bad_share: float = arguments.bad_share
    if arguments.recorded is not None:
        try:
            recording = read(arguments.recorded, arguments.p50, arguments.p99)
        except UnreadableError as error:
            fix = "docs/simulate.md describes what a recording is"
            raise RefusedError(Exit.USAGE, str(error), fix) from error
        return recorded(recording, bad_share), f"as recorded in {arguments.recorded}"
    written = endpoint.traffic
    if arguments.rps is None and written is None:
        raise RefusedError(
            Exit.USAGE,
            f"nothing is known of the traffic of {endpoint.name}",
            f"give --rps and --error-rate, --recorded, or in {file_of(arguments.environment)} "
            f"endpoints.{endpoint.name}.traffic: {{requests_per_second: 50, error_rate: 0.5%}}",
        )
    per_second = arguments.rps or (written.requests_per_second if written else 0.0)
    errors = arguments.error_rate or (written.error_rate if written else Traffic(1.0).error_rate)
    source = "from the command line" if arguments.rps else f"from {file_of(arguments.environment).name}"
    return Traffic(per_second, errors, arguments.p50, arguments.p99, bad_share), source


def _times(control: Control, arguments: Namespace) -> Times:
    return Times(
        period=control.metric_period,
        delay=control.metric_delay,
        settle=control.function_timeout,
        weights=arguments.weights_take,
        approval=arguments.approval_takes,
    )
