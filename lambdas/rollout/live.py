"""What SageMaker serves now, read from SageMaker, never assumed."""

from dataclasses import dataclass

from lambdas.rollout.names import CANARY, STABLE, pair_and_shape
from lambdas.rollout.plan import FULL


@dataclass(frozen=True, slots=True)
class Variant:
    """A production variant; weights as SageMaker has them (Serinus writes basis points), counts of instances."""

    name: str
    weight: float
    desired_weight: float
    count: int
    desired_count: int


@dataclass(frozen=True, slots=True)
class Live:
    """One DescribeEndpoint: ``status`` as SageMaker words it, ``pending`` while a deployment is under way.

    Where a router splits the traffic (``routed``), the variants' weights are its shares, of the users for whom
    ``flag`` is on (empty: of all).
    """

    endpoint: str
    status: str
    config: str
    pending: bool
    variants: tuple[Variant, ...]
    failure: str = ""
    routed: bool = False
    flag: str = ""

    @property
    def pair(self) -> str:
        """The live pair of model versions; empty where Serinus did not make the configuration."""
        return pair_and_shape(self.config)[0]

    @property
    def shape(self) -> str:
        """The rest of the live configuration; empty where Serinus did not make it."""
        return pair_and_shape(self.config)[1]

    @property
    def words(self) -> str:
        """Say where it stands."""
        return f"{self.status}, canary at {self.canary_weight / 100:g} %"

    @property
    def mixed(self) -> bool:
        """Whether SageMaker could neither finish a deployment nor take it back, and serves some of both.

        Only another UpdateEndpoint ends that (API reference, DescribeEndpoint, EndpointStatus).
        """
        return self.status == "UpdateRollbackFailed"

    @property
    def mixture(self) -> str:
        """Say that some of both serves, and why; empty where that is not so."""
        said = "SageMaker could neither finish a deployment nor take it back, and serves some of both"
        return f"{said}: {self.failure or 'it gives no reason.'}" if self.mixed else ""

    @property
    def changing(self) -> bool:
        """Whether SageMaker is at work, and refuses changes until it is done."""
        return self.status in ("Updating", "RollingBack", "SystemUpdating")

    @property
    def settled(self) -> bool:
        """Whether nothing is under way: in service, nothing pending, every weight as desired."""
        return (
            self.status == "InService"
            and not self.pending
            and all(v.weight == v.desired_weight for v in self.variants)
        )

    def variant(self, name: str) -> Variant | None:
        """Find a variant by name."""
        return next((v for v in self.variants if v.name == name), None)

    @property
    def canary_weight(self) -> int:
        """The canary's share of traffic in basis points; 0 where there is none."""
        return self.shares.get(CANARY, 0)

    @property
    def canary_desired(self) -> int:
        """The share that SageMaker was last asked to give the canary."""
        return self.desired.get(CANARY, 0)

    @property
    def shares(self) -> dict[str, int]:
        """What every variant but stable gets, in basis points; one that gets nothing is left out."""
        return _shares([(v.name, v.weight) for v in self.variants])

    @property
    def desired(self) -> dict[str, int]:
        """The shares that were last asked for."""
        return _shares([(v.name, v.desired_weight) for v in self.variants])


def _shares(weights: list[tuple[str, float]]) -> dict[str, int]:
    total, found = 0.0, {}
    for name, weight in weights:
        total += weight
        if weight and name != STABLE:
            found[name] = weight
    return {name: round(FULL * weight / total) for name, weight in found.items()} if found else {}
