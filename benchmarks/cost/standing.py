"""What an environment costs while nothing is rolled out: alarms, and what polls by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.cost import prices
from benchmarks.cost.bill import Item
from infra import health
from infra.alarms import MetricAlarm, canary_alarms, fleet_alarms
from infra.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.spec.endpoint import Endpoint
    from infra.spec.environment import Environment

_POLLERS, _LONG_POLL = 5, 20.0
"""Lambda reads a queue that is empty with five pollers, each waiting for 20 s (developer guide, "Using Lambda with
Amazon SQS", "Polling and batching streams")."""


def standing(environment: Environment, endpoint: Endpoint) -> list[Item]:
    """Price a month: the alarms of one endpoint, those of the control plane, and the queue of captures."""
    period = environment.control.metric_period
    place = Place(environment.name, environment.account, environment.region)
    canary = canary_alarms(environment.name, endpoint, period)
    fleet = fleet_alarms(environment.name, endpoint, period, ("config",))
    polls = round(_POLLERS * prices.HOURS * 3_600 / _LONG_POLL)
    return [
        _alarms("the canary's alarms, per endpoint that has a canary in the file", canary),
        _alarms("the fleet's alarms, per endpoint", fleet),
        _alarms("the control plane's own alarms, per environment", health.build(place, period)),
        Item(
            "Lambda polling the queue of captures, per environment with a shadow step",
            f"{polls:,} empty receives",
            polls * prices.SQS_REQUEST,
        ),
    ]


def _alarms(what: str, alarms: Iterable[MetricAlarm]) -> Item:
    """Price alarms: by the metrics that they read, not by the expression over them."""
    read = sum("metric" in query for alarm in alarms for query in alarm.queries)
    return Item(what, f"{len(list(alarms))} alarms on {read} metrics", read * prices.ALARM_METRIC_MONTH)
