"""A load: some endpoints are rolled out at once, on one account."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.load.account import Account
from benchmarks.load.clock import Clock
from benchmarks.load.fleet import Fleet
from benchmarks.load.functions import Functions, Work
from benchmarks.load.ledger import Table
from benchmarks.load.limits import USUAL, Limits
from benchmarks.load.states import Machine
from benchmarks.load.watch import Fired, Nature, Watch
from infra.workflow import definition
from lambdas.rollout.documents import decode, encode_release
from lambdas.rollout.guardrails import ErrorRate, Latency
from lambdas.rollout.names import alarm, config_prefix
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = "load"
BRIEF = Plan((Step(2_500, 180, 480), Step(10_000, 180, 480)), (ErrorRate(), Latency()))
"""A plan of six minutes."""
TIMEOUT = 60
"""Seconds that a function may run: what an environment has by default."""
_SAME = "0" * 8
_DAY = 86_400.0
_ALARM_AFTER = 150.0
"""Seconds from bad answers to the alarm: two periods and CloudWatch's own delay."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is done to the account: so many rollouts of each nature, deployed ``within`` some seconds.

    Those that are idle are deployed before all others. ``change`` is how long SageMaker takes over new weights,
    ``until`` how many seconds are looked at, ``stubborn`` as in `Account`.
    """

    rollouts: Mapping[Nature, int]
    plan: Plan = BRIEF
    limits: Limits = USUAL
    within: float = 1.0
    change: float = 45.0
    until: float = 14_400.0
    stubborn: int = 0
    workflow: Mapping[str, Any] = field(default_factory=lambda: definition("advance", "rollback", TIMEOUT))


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it; counts are of all rollouts together.

    ``idle_calls`` are those of a day in which nothing was rolled out, ``ends`` phases by nature, ``live`` the
    canary's weights by endpoint (as served, as intended), ``calls`` by function and API, ``back_after`` the seconds
    from an alarm to weight 0, ``lasted`` those from the first execution to the end of the last.
    """

    idle_calls: int
    ends: Mapping[Nature, Mapping[str, int]]
    live: Mapping[str, tuple[int, int]]
    calls: Mapping[tuple[str, str], int]
    refused: Mapping[str, int]
    busiest: Mapping[str, int]
    work: Mapping[str, Work]
    errors: Mapping[str, int]
    lost: list[tuple[str, str]]
    transitions: int
    executions: Mapping[str, int]
    units: Mapping[str, int]
    metrics: int
    back_after: Mapping[str, float]
    lasted: float


def run(load: Load) -> Report:
    """Deploy, let everything happen, and report."""
    return Cloud(load).run()


class Cloud:
    """The account with everything in it, and what the events wake."""

    def __init__(self, load: Load) -> None:
        self.clock = Clock()
        self.account = Account(self.clock, load.limits, load.stubborn)
        self.table = Table(self.account)
        self.fleet = Fleet(self.account, load.change, self._in_service)
        self.natures = {f"{nature}-{n}": nature for nature, count in load.rollouts.items() for n in range(count)}
        self.watch = Watch(self.account, self.fleet, self.natures)
        with self.account.open():
            self.functions = Functions(self.account, _VARIABLES, load.limits.concurrency, TIMEOUT)
        self.machine = Machine(self.account, load.workflow, self.functions.call)
        self._load = load

    def run(self) -> Report:
        """Deploy, let everything happen, and report."""
        idle = [name for name, nature in self.natures.items() if nature is Nature.IDLE]
        with self.account.open():
            self._deploy_all(idle, float(len(idle)))
            self.clock.run(self.clock.now + len(idle) + _DAY)
            at_rest = self.account.calls.total()
            self.clock.run(self.clock.now + _DAY)
            idle_calls = self.account.calls.total() - at_rest
            self.account.calls.clear()
            self._deploy_all([name for name in self.natures if name not in set(idle)], self._load.within)
            self.clock.run(self.clock.now + self._load.until)
        return self._report(idle_calls)

    def _deploy_all(self, names: list[str], within: float) -> None:
        for place, name in enumerate(names):
            self.clock.at(self.clock.now + within * place / len(names), partial(self._deploy, name))

    def _deploy(self, name: str) -> None:
        release = Release(name, "1", "2", _SAME, _SAME, self._load.plan, (_alarm(name),))
        if self.natures[name] is Nature.IDLE:
            release = replace(release, canary=None, plan=None, alarms=())
        self.table.put(name, "release", encode_release(release))
        self.fleet.deploy(name, config_prefix(name, _SAME, _SAME) + "20260101")

    def _in_service(self, name: str) -> None:
        event = {"detail": {"EndpointName": name, "EndpointStatus": "IN_SERVICE"}}
        self.clock.at(self.clock.now + 1, lambda: self.functions.tell("begin", event))
        if self.natures[name] is Nature.FAILING and self.fleet.endpoints[name].weight(self.clock.now):
            self.clock.at(self.clock.now + _ALARM_AFTER, lambda: self._fire(name))

    def _fire(self, name: str) -> None:
        fired = Fired(_alarm(name), self.clock.now)
        if self.watch.fired.setdefault(fired.name, fired) is fired:
            self.functions.tell("rollback", _event(fired))

    def _state(self, name: str) -> EndpointState:
        item = self.table.items.get((name, "state"))
        return decode(EndpointState, item["document"]["S"]) if item else EndpointState(name)

    def _report(self, idle_calls: int) -> Report:
        ends: dict[Nature, Counter[str]] = {nature: Counter() for nature in self._load.rollouts}
        live = {}
        for name, nature in self.natures.items():
            rollout = self._state(name).rollout
            ends[nature][rollout.phase.value if rollout else "nothing"] += 1
            live[name] = (self.fleet.endpoints[name].weight(self.clock.now), rollout.weight if rollout else 0)
        runs = [(each.started, each.ended) for each in self.machine.executions.values()] or [(0.0, 0.0)]
        return Report(
            idle_calls=idle_calls,
            ends=ends,
            live=live,
            calls=self.account.calls,
            refused=self.account.refused,
            busiest=self.account.busiest,
            work=self.functions.work,
            errors=self.functions.errors,
            lost=self.functions.lost,
            transitions=self.machine.transitions.total(),
            executions=Counter(each.status for each in self.machine.executions.values()),
            units=self.table.units,
            metrics=self.watch.asked.total(),
            lasted=max(ended for _, ended in runs) - min(began for began, _ in runs),
            back_after={
                fired.name: self.fleet.endpoints[name].served[-1][0] - fired.since
                for name in self.natures
                if (fired := self.watch.fired.get(_alarm(name)))
            },
        )


def _alarm(name: str) -> str:
    return alarm(ENVIRONMENT, name, "canary", "error_rate")


def _event(fired: Fired) -> dict[str, Any]:
    state = {
        "value": "ALARM",
        "reason": "Threshold Crossed",
        "timestamp": datetime.fromtimestamp(fired.since, UTC).isoformat(),
    }
    return {"source": "aws.cloudwatch", "detail": {"alarmName": fired.name, "state": state}}


_VARIABLES = {
    "SERINUS_ENVIRONMENT": ENVIRONMENT,
    "SERINUS_LEDGER": "ledger",
    "SERINUS_WORKFLOW_ARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:load",
    "SERINUS_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:load",
    "SERINUS_METRIC_PERIOD": "60",
    "SERINUS_METRIC_DELAY": "60",
    "SERINUS_SETTLE": str(TIMEOUT),
    "POWERTOOLS_SERVICE_NAME": "serinus",
    "POWERTOOLS_METRICS_NAMESPACE": "Serinus",
}
