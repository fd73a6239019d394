"""The ports that an action works with."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lambdas.rollout.judge.bench import Bench
from lambdas.rollout.ports import Endpoints, Fleets, Ledger, Metrics, Notifier, Outbox, Workflow
from lambdas.rollout.quality.ports import Baselines


@dataclass(frozen=True, slots=True)
class World:
    """Every port, the clock (seconds since the epoch), and the environment's two times.

    ``period`` is the metric period and ``settle`` the longest lifetime of a function, both in seconds. The bench
    remembers what it weighed at earlier looks. ``baselines`` is None where no endpoint has a baseline.
    """

    ledger: Ledger
    outbox: Outbox
    endpoints: Endpoints
    fleets: Fleets
    metrics: Metrics
    workflow: Workflow
    notifier: Notifier
    now: Callable[[], float]
    period: float
    settle: float
    bench: Bench = field(default_factory=Bench)
    baselines: Baselines | None = None
