"""SageMaker's endpoints: two variants, and weights that take a while to be served."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.load.account import Account, Answer, RefusedError
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Endpoint:
    """One endpoint; ``served`` are the canary's weights, each with the time from which it was served."""

    name: str
    config: str
    began: float
    served: list[tuple[float, int]] = field(default_factory=list)
    asked: int = 0
    done_at: float = 0.0

    def weight(self, at: float) -> int:
        """Tell the canary's weight that is served at a time."""
        return next((weight for since, weight in reversed(self.served) if since <= at), 0)


class Fleet:
    """All endpoints; ``told`` hears of each that comes into service."""

    def __init__(self, account: Account, change: float, told: Callable[[str], None]) -> None:
        self.endpoints: dict[str, Endpoint] = {}
        self._clock, self._change, self._told = account.clock, change, told
        account.operations["DescribeEndpoint"] = self._describe
        account.operations["UpdateEndpointWeightsAndCapacities"] = self._update

    def deploy(self, name: str, config: str) -> None:
        """Bring an endpoint into service with its canary at weight 0, as Terraform does."""
        now = self._clock.now
        self.endpoints[name] = Endpoint(name, config, now, [(now, 0)], 0, now)
        self._told(name)

    def _describe(self, asked: dict[str, Any]) -> Answer:
        name, now = asked["EndpointName"], self._clock.now
        found = self.endpoints.get(name)
        if found is None:
            raise RefusedError("ValidationException", f"Could not find endpoint {name}")
        weight = found.weight(now)
        return {
            "EndpointName": name,
            "EndpointArn": f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{name}",
            "EndpointConfigName": found.config,
            "EndpointStatus": "InService" if now >= found.done_at else "Updating",
            "ProductionVariants": [
                _variant(STABLE, FULL - weight, FULL - found.asked),
                _variant(CANARY, weight, found.asked),
            ],
            "CreationTime": found.began,
            "LastModifiedTime": found.began,
        }

    def _update(self, asked: dict[str, Any]) -> Answer:
        found, now = self.endpoints[asked["EndpointName"]], self._clock.now
        if now < found.done_at:
            raise RefusedError("ValidationException", "Cannot update in-progress endpoint")
        weights = {each["VariantName"]: each["DesiredWeight"] for each in asked["DesiredWeightsAndCapacities"]}
        found.asked, found.done_at = int(weights[CANARY]), now + self._change
        found.served.append((found.done_at, found.asked))
        self._clock.at(found.done_at, lambda: self._told(found.name))
        return {"EndpointArn": f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{found.name}"}


def _variant(name: str, weight: int, desired: int) -> Answer:
    return {
        "VariantName": name,
        "CurrentWeight": float(weight),
        "DesiredWeight": float(desired),
        "CurrentInstanceCount": 1,
        "DesiredInstanceCount": 1,
    }
