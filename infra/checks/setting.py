"""An endpoint in its environment: what most checks look at."""

from collections.abc import Iterator
from dataclasses import dataclass

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Control, Environment
from infra.spec.rollout import Bound, ErrorRateBound, LatencyBound, Progressive, in_file
from lambdas.rollout.guardrails import Alarm, ErrorRate, Guardrail, Latency
from lambdas.rollout.plan import Plan

Alarmed = ErrorRate | Latency | ErrorRateBound | LatencyBound


@dataclass(frozen=True, slots=True)
class Setting:
    """One endpoint, and the environment that it stands in; findings are told by keys from the endpoint on."""

    environment: Environment
    endpoint: Endpoint

    @property
    def protected(self) -> bool:
        """Whether people depend on it: `deletion_protection` says so."""
        return self.environment.control.deletion_protection

    @property
    def plan(self) -> Plan | None:
        """The plan, in progressive mode."""
        return self.endpoint.rollout.plan if isinstance(self.endpoint.rollout, Progressive) else None

    def watched(self) -> Iterator[tuple[tuple[str | int, ...], Guardrail | Bound]]:
        """List what is watched, with its keys: a plan's guardrails, or the bounds of native mode."""
        rollout = self.endpoint.rollout
        key = "guardrails" if isinstance(rollout, Progressive) else "alarms"
        every = in_file(rollout.plan) if isinstance(rollout, Progressive) else enumerate(rollout.alarms)
        for index, each in every:
            yield ("rollout", key, index), each

    def alarmed(self) -> Iterator[tuple[tuple[str | int, ...], Alarmed]]:
        """List what has an alarm of ours: not a guardrail with a fixed bound, which is the judge's alone."""
        for at, each in self.watched():
            if isinstance(each, Alarmed) and getattr(each, "at_most", None) is None:
                yield at, each


def sight(alarms: Iterator[Alarm], control: Control) -> int:
    """Tell the seconds after which the slowest of these alarms could have spoken; 0 without any."""
    longest = max((alarm.periods for alarm in alarms), default=0)
    return longest * control.metric_period + control.metric_delay if longest else 0
