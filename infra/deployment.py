"""How SageMaker swaps the fleets: ``deployment_config`` of the endpoint, as plain dicts in Terraform's words.

Source: SageMaker API reference, DeploymentConfig; provider schema of aws_sagemaker_endpoint 5.100.
"""

from typing import Any

from infra.spec.rollout import Native, Progressive, Size, Strategy

Block = dict[str, Any]


def update_policy(rollout: Progressive | Native) -> Block:
    """Say how a new configuration comes into service; in progressive mode blue/green, all at once."""
    if isinstance(rollout, Progressive):
        swap = rollout.deployment
        return _blue_green({"type": "ALL_AT_ONCE", "wait_interval_in_seconds": 0}, swap.baking, swap.timeout)
    if rollout.strategy is Strategy.ROLLING:
        return {"rolling_update_policy": _rolling(rollout)}
    return _blue_green(_routing(rollout), rollout.baking or 0, rollout.timeout)


def _blue_green(routing: Block, baking: int, timeout: int) -> Block:
    return {
        "blue_green_update_policy": {
            "traffic_routing_configuration": routing,
            "termination_wait_in_seconds": baking,
            "maximum_execution_timeout_in_seconds": timeout,
        }
    }


def _routing(rollout: Native) -> Block:
    routing: Block = {"type": rollout.strategy.value.upper(), "wait_interval_in_seconds": rollout.wait}
    match rollout.strategy:
        case Strategy.CANARY:
            return routing | {"canary_size": _size(rollout.size)}
        case Strategy.LINEAR:
            return routing | {"linear_step_size": _size(rollout.size)}
        case _:
            return routing


def _rolling(rollout: Native) -> Block:
    policy = {
        "maximum_batch_size": _size(rollout.size),
        "wait_interval_in_seconds": rollout.wait,
        "maximum_execution_timeout_in_seconds": rollout.timeout,
    }
    if rollout.rollback_size is None:
        return policy
    return policy | {"rollback_maximum_batch_size": _size(rollout.rollback_size)}


def _size(size: Size | None) -> Block:
    """Write a size that the environment's checks have seen to be there."""
    if size is None:
        raise ValueError("a canary, linear or rolling deployment needs a size")
    if size.percent is not None:
        return {"type": "CAPACITY_PERCENT", "value": size.percent}
    return {"type": "INSTANCE_COUNT", "value": size.instances}
