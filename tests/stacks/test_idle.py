"""While nothing is rolled out nothing runs: what could call AWS by itself is not in the Terraform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.stacks.conftest import Synthesized

ENVIRONMENTS = ["dev", "path", "prod", "sandbox", "staging"]
BY_THE_CLOCK = (
    "aws_scheduler_schedule",
    "aws_lambda_provisioned_concurrency_config",
    "aws_autoscaling_schedule",
    "aws_appautoscaling_scheduled_action",
    "aws_synthetics_canary",
    "aws_pipes_pipe",
)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nothing_runs_by_the_clock(synthesized: Synthesized, environment: str) -> None:
    for part in ("control", "serving"):
        stack = f"{environment}-{part}"
        assert not [kind for kind in BY_THE_CLOCK if synthesized.resources(stack, kind)]
        rules = synthesized.resources(stack, "aws_cloudwatch_event_rule")
        assert not [rule["name"] for rule in rules if "schedule_expression" in rule]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_queue_is_polled_only_where_a_plan_has_a_shadow(synthesized: Synthesized, environment: str) -> None:
    """Lambda's pollers ask a queue without end, and AWS bills them (docs/cost.md)."""
    polled = synthesized.resources(f"{environment}-control", "aws_lambda_event_source_mapping")
    shadowed = synthesized.resources(f"{environment}-serving", "aws_s3_bucket_notification")
    assert len(polled) == (1 if shadowed else 0)
