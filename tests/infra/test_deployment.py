"""SageMaker's update policies, in the provider's words."""

from infra.deployment import update_policy
from infra.spec import Deployment, Native, Progressive, Size, Strategy
from tests.stacks.specs import PLAN


def test_progressive_swaps_all_at_once_and_bakes() -> None:
    policy = update_policy(Progressive("progressive", PLAN, Deployment(baking=300, timeout=3_600)))
    assert policy == {
        "blue_green_update_policy": {
            "traffic_routing_configuration": {"type": "ALL_AT_ONCE", "wait_interval_in_seconds": 0},
            "termination_wait_in_seconds": 300,
            "maximum_execution_timeout_in_seconds": 3_600,
        }
    }


def test_canary_and_linear_say_their_sizes() -> None:
    canary = Native("native", Strategy.CANARY, size=Size(instances=1), wait=600, baking=120)
    linear = Native("native", Strategy.LINEAR, size=Size(percent=20), wait=60)
    assert update_policy(canary)["blue_green_update_policy"]["traffic_routing_configuration"] == {
        "type": "CANARY",
        "wait_interval_in_seconds": 600,
        "canary_size": {"type": "INSTANCE_COUNT", "value": 1},
    }
    assert update_policy(linear)["blue_green_update_policy"]["traffic_routing_configuration"] == {
        "type": "LINEAR",
        "wait_interval_in_seconds": 60,
        "linear_step_size": {"type": "CAPACITY_PERCENT", "value": 20},
    }


def test_rolling_says_both_batches() -> None:
    rolling = Native("native", Strategy.ROLLING, size=Size(percent=50), wait=60, rollback_size=Size(percent=100))
    assert update_policy(rolling) == {
        "rolling_update_policy": {
            "maximum_batch_size": {"type": "CAPACITY_PERCENT", "value": 50},
            "wait_interval_in_seconds": 60,
            "maximum_execution_timeout_in_seconds": 3_600,
            "rollback_maximum_batch_size": {"type": "CAPACITY_PERCENT", "value": 100},
        }
    }
