"""The release: what this deploy asks for, told to the functions through the ledger."""

from collections.abc import Callable, Mapping

from constructs import Construct

from infra.alarms import canary_alarms
from infra.constructs.ledger_item import ledger_item
from infra.content import keeps_stable, pair, shadow_shape, shape
from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.rollout import Progressive
from lambdas.rollout import names
from lambdas.rollout.documents import encode_release
from lambdas.rollout.names import CANARY
from lambdas.rollout.release import BACK, PAIR, SHADOW, Capacity, Challenger, Release, Stage

_SHAPES: Mapping[str, Callable[[Endpoint], str]] = {
    SHADOW: shadow_shape,
    PAIR: shape,
    BACK: lambda endpoint: names.back_shape(shape(endpoint)),
}


def release(environment: Environment, endpoint: Endpoint, stages: Mapping[str, str]) -> Release:
    """Say what is to serve, and how it is to be rolled out where there is something to roll out.

    ``stages`` are the names of the configurations by stage, where there are several.
    """
    rollout = endpoint.rollout if endpoint.canary else None

    def alarms(variant: str) -> tuple[str, ...]:
        found = canary_alarms(environment.name, endpoint, environment.control.metric_period, variant)
        return tuple(alarm.name for alarm in found)

    return Release(
        endpoint=endpoint.name,
        stable=endpoint.stable.version,
        canary=None if endpoint.canary is None else endpoint.canary.version,
        pair=pair(endpoint),
        shape=shape(endpoint),
        plan=rollout.plan if isinstance(rollout, Progressive) else None,
        alarms=alarms(CANARY),
        stages=tuple(Stage(name, _SHAPES[name](endpoint), config) for name, config in stages.items()),
        challengers=tuple(
            Challenger(name, model.version, alarms(name)) for name, model in endpoint.challengers.items()
        ),
        capacity=_capacity(endpoint),
    )


def _capacity(endpoint: Endpoint) -> Capacity | None:
    scaling = endpoint.autoscaling if keeps_stable(endpoint) else None
    per_instance = scaling and scaling.invocations_per_instance
    return Capacity(float(per_instance), scaling.maximum) if scaling and per_instance else None


class ReleaseItem(Construct):
    """The ledger's ``release`` item of one endpoint, written before the endpoint changes."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        endpoint: Endpoint,
        stages: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id_)
        document = encode_release(release(environment, endpoint, stages))
        self.resource = ledger_item(self, environment.name, endpoint=endpoint.name, item="release", document=document)
