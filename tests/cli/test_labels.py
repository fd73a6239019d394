"""`status` of a rollout that is judged by what turned out to be true."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.control.begin import begin_rollout
from lambdas.rollout.guardrails import ErrorRate, Quality
from lambdas.rollout.release import Challenger
from tests.cli.terminal import serinus
from tests.examples import PLAN, RELEASE, live
from tests.fakes import FakeMetrics, FakeWorld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.control.world import World
    from lambdas.rollout.catalogue import Query
    from lambdas.rollout.recipes import Reading


class Labelled(FakeMetrics):
    """Metrics that know how many truths have come."""

    def __init__(self, **counts: float) -> None:
        super().__init__()
        self._counts = counts

    def summary(self, endpoint: str, queries: Sequence[Query], since: float, until: float) -> tuple[Reading, ...]:
        assert endpoint == "mortgage"
        assert since < until
        return tuple(self._counts.get(f"{query.variant}_{query.quantity.name}") for query in queries)


SENTENCE = "truths come more often for stable than for canary"


def _world(metrics: Labelled, *guardrails: ErrorRate | Quality, challengers: tuple[Challenger, ...] = ()) -> World:
    fake = FakeWorld()
    release = replace(RELEASE, plan=replace(PLAN, guardrails=guardrails), challengers=challengers)
    fake.ledger.releases["mortgage"] = release
    fake.endpoints.lives["mortgage"] = live(release)
    begin_rollout(fake.world, "mortgage")
    fake.time += 60
    return replace(fake.world, metrics=metrics)


UNEVEN = Labelled(canary_Labelled=100, canary_Predictions=1_000, stable_Labelled=9_000, stable_Predictions=10_000)


def test_truths_that_come_for_one_arm_are_told() -> None:
    world = _world(UNEVEN, ErrorRate(), Quality("accuracy"))
    said = serinus(world, "status", "prod").out
    assert "truths  canary 100 of 1,000 (10.0 %), stable 9,000 of 10,000 (90.0 %)" in said
    assert f"{SENTENCE}: what is judged by them may be biased" in " ".join(said.split())
    (endpoint,) = serinus(world, "status", "prod", "--json").document["endpoints"]
    assert endpoint["labels"] == {
        "canary": {"labelled": 100, "predictions": 1_000},
        "stable": {"labelled": 9_000, "predictions": 10_000},
        "challengers": {},
        "uneven": f"{SENTENCE}: what is judged by them may be biased",
    }


def test_each_challenger_has_its_own() -> None:
    tested = {
        f"{name}_{what}": 1_000.0 for name in ("canary", "stable", "lean") for what in ("Labelled", "Predictions")
    }
    metrics = Labelled(**tested | {"lean_Labelled": 300})
    world = _world(metrics, Quality("accuracy"), challengers=(Challenger("lean", "v2-lean"),))
    said = serinus(world, "status", "prod").out
    assert "stable 1,000 of 1,000 (100.0 %), lean 300 of 1,000 (30.0 %)" in " ".join(said.split())
    (endpoint,) = serinus(world, "status", "prod", "--json").document["endpoints"]
    assert endpoint["labels"]["challengers"] == {"lean": {"labelled": 300, "predictions": 1_000}}
    assert endpoint["labels"]["uneven"].startswith("truths come more often for stable than for lean")


@pytest.mark.parametrize("metrics", [UNEVEN, Labelled()])
def test_where_nothing_is_judged_by_them_or_nothing_was_counted_nothing_is_told(metrics: Labelled) -> None:
    guardrails = (ErrorRate(),) if metrics is UNEVEN else (ErrorRate(), Quality("accuracy"))
    world = _world(metrics, *guardrails)
    (endpoint,) = serinus(world, "status", "prod", "--json").document["endpoints"]
    assert endpoint["labels"] is None
    assert "truths" not in serinus(world, "status", "prod").out
