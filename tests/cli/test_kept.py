"""What explain says of the instances that stay with stable."""

from __future__ import annotations

from dataclasses import replace

from cli.explain.kept import kept
from infra.spec import Autoscaling, Progressive
from infra.spec.rollout import StableFleet
from tests.stacks.specs import ENDPOINT, PLAN, V2

SCALED = replace(ENDPOINT, canary=V2, autoscaling=Autoscaling(2, 8, 1_000))
FOLLOWING = replace(SCALED, rollout=Progressive("progressive", PLAN, stable_fleet=StableFleet.FOLLOW))


def test_it_tells_what_is_kept_and_what_that_costs() -> None:
    (said,) = kept(SCALED, 100.0, 0.25)
    assert said == (
        "Stable keeps the 6 instances that take all traffic as long as the canary is in the file, so that it can take"
        " everything back at once: at 100 % 4 more than its minimum = 1.00 USD an hour."
    )


def test_it_tells_what_a_rollback_meets_where_stable_follows_its_traffic() -> None:
    (said,) = kept(FOLLOWING, 100.0, None)
    assert "2 of the 6 instances that take all traffic: a rollback from there overloads it" in said
    assert said.endswith("That saves 4 instances.")


def test_it_says_nothing_where_nothing_is_kept_or_known() -> None:
    assert not list(kept(SCALED, 30.0, None))
    assert not list(kept(SCALED, None, None))
    assert not list(kept(replace(SCALED, canary=None), 100.0, None))
    assert not list(kept(replace(SCALED, autoscaling=None), 100.0, None))
