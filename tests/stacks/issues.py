"""A story that ends as issues of the AWS provider tell it, or as Serinus wants it: the stacks decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from infra.spec import Autoscaling, Instance, Native, Size, Strategy
from tests.sandbox.sagemaker.hosting import eventually
from tests.stacks.plainly import SCALED, SILENT
from tests.stacks.specs import ENDPOINT, V1, environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.spec import Environment, ModelVersion
    from tests.stacks.stage import Stage
    from tests.stacks.terraform import Outcome

MIXED = "mixed"
OLD = replace(V1, image="serinus/old:1", environment={"SAYS": "old"})
NEW = replace(V1, version="v2", environment={"SAYS": "new"})
MENDED = replace(V1, version="v3", environment={"SAYS": "mended"})
LONG = 120
"""Seconds to bake: long enough for what ends it."""


def model(**variables: str) -> ModelVersion:
    return replace(V1, environment=variables)


def ours_with(silent: ModelVersion, scaled: ModelVersion, mixed: ModelVersion = OLD) -> Environment:
    wait = LONG if mixed is NEW else 0
    rolling = Native("native", Strategy.ROLLING, Size(instances=1), wait, None, 600)
    return environment(
        replace(ENDPOINT, name=SILENT, stable=silent),
        replace(ENDPOINT, name=SCALED, stable=scaled, autoscaling=Autoscaling(1, 4, 100)),
        replace(ENDPOINT, name=MIXED, stable=mixed, rollout=rolling, instance=Instance("ml.m5.large", 2)),
        name="issues",
    )


@dataclass(frozen=True)
class Told:
    """What came of it: ``bad`` is an apply that SageMaker rolls back, ``after`` the plan then, ``next`` a good apply.

    ``before`` is the configuration that served, ``served`` the one that serves after the bad apply, with SageMaker's
    ``reason``; ``there`` are the configurations that there are then. ``instances`` are of an endpoint that had been
    scaled to three before its configuration was replaced.
    """

    first: Outcome
    bad: Outcome
    before: str
    served: str
    reason: str
    there: set[str]
    instances: int
    after: Outcome
    next: Outcome


def tell(here: Stage, stack: str, prefix: str, writes: tuple[Callable[[], None], Callable[[], None]]) -> Told:
    """Deploy ``stack``, scale, deploy what is bad, and then what is good: the two that ``writes`` synthesize."""
    terraform, (write_bad, write_good) = here.terraform, writes
    silent, scaled = prefix + SILENT, prefix + SCALED
    terraform.init(stack)
    terraform.applied(stack)
    before = here.live(silent)
    _scale(here, scaled)
    first = terraform.plan(stack)
    write_bad()
    bad = terraform.apply(stack)
    shown, there, instances = here.described(silent), here.configurations(), here.instances(scaled)
    after = terraform.plan(stack)
    write_good()
    served, reason = shown["EndpointConfigName"], shown.get("FailureReason", "")
    return Told(first, bad, before, served, reason, there, instances, after, terraform.apply(stack))


def _scale(here: Stage, endpoint: str) -> None:
    """Do as autoscaling does."""
    wanted = [{"VariantName": "stable", "DesiredInstanceCount": 3}]
    sagemaker = here.client("sagemaker")
    sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=wanted)
    eventually(lambda: here.instances(endpoint) == 3)
