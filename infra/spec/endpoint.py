"""An endpoint: what serves it, on what, and how its changes are rolled out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from infra.spec.analysis import Analysis
from infra.spec.asynchronous import Asynchronous
from infra.spec.drill import Drill
from infra.spec.flag import Flag
from infra.spec.forms import CONTENT_TYPE, ENDPOINT, KMS_KEY_ARN, ROLE_ARN, S3_URI, SENTENCE
from infra.spec.markers import Marker
from infra.spec.model import Instance, ModelVersion
from infra.spec.monitor import Monitor
from infra.spec.rollout import Rollout
from infra.spec.units import PERCENT
from lambdas.rollout.plan import FULL
from lambdas.rollout.quality.bins import Baseline
from lambdas.rollout.quality.schema import Schema
from lambdas.rollout.units import BASIS_POINTS, SECONDS, SHARE


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """Keeps a variant's instances between ``minimum`` and ``maximum`` by its requests.

    ``invocations_per_instance`` is the target: requests per instance and minute. On an asynchronous endpoint it is
    ``backlog_per_instance``, requests in the queue per instance, and ``minimum`` may be 0.
    """

    minimum: int
    maximum: int
    invocations_per_instance: int | None = None
    backlog_per_instance: int | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the endpoint is asked, as far as is known; checks, `explain` and `simulate` reckon with it.

    ``requests_per_second`` is the mean over the hours in which rollouts run; ``error_rate`` is stable's, and
    ``conversion_rate`` the share of its answers that are followed by a conversion.
    """

    requests_per_second: float
    error_rate: Annotated[float, SHARE] = 0.005
    conversion_rate: Annotated[float, SHARE] | None = None


@dataclass(frozen=True, slots=True)
class Serverless:
    """Serves without instances: ``memory`` in MB, and how many requests at a time (``concurrency``)."""

    memory: int
    concurrency: int


@dataclass(frozen=True, slots=True)
class Capture:
    """Records requests and answers to S3; ``sample`` is the recorded part, in whole percent.

    After ``keep``, whole days, records are deleted; where it is left out they stay. Bodies of the content types of
    ``csv`` and ``json`` are recorded as text, all others in Base64.
    """

    to: Annotated[str, S3_URI]
    sample: Annotated[int, PERCENT] = 100
    keep: Annotated[int, SECONDS] | None = None
    csv: tuple[Annotated[str, CONTENT_TYPE], ...] = ()
    json: tuple[Annotated[str, CONTENT_TYPE], ...] = ()


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Deploys without asking the live function, with these weights: for the day when that function is broken."""

    reason: Annotated[str, SENTENCE]
    stable: Annotated[int, BASIS_POINTS] = FULL
    canary: Annotated[int, BASIS_POINTS] = 0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SageMaker endpoint: its stable model version, the canary to roll out if any, and the rollout plan.

    ``challengers`` are further versions, by name, that the plan's experiments and bandits serve beside the canary.
    ``schema`` says what requests, answers and truths mean: guardrails on groups need it.
    ``baseline`` is a file, by its path from this one's folder, that says what requests were like: Model Monitor's
    ``statistics.json``. ``inputs`` is what functions need of it.
    ``monitor`` lets SageMaker Model Monitor compare with it, too, on a schedule of its own.
    ``analysis`` says who answers `serinus quality` of captures that stay in S3: ``athena``.
    ``drill`` is the permission for `serinus drill`, and what it deploys.
    ``execution_role`` is made where it is left out. ``kms_key`` encrypts volumes, captures and written answers; the
    environment's does where it is left out. ``force`` (a reason) overrides, for one deploy, what the
    live function refuses; ``break_glass`` does not even ask it. Take both out again after the deploy.
    """

    name: Annotated[str, ENDPOINT, Marker.KEY]
    stable: ModelVersion
    rollout: Rollout
    canary: ModelVersion | None = None
    challengers: Mapping[str, ModelVersion] = field(default_factory=dict)
    instance: Instance | None = None
    serverless: Serverless | None = None
    async_: Asynchronous | None = None
    autoscaling: Autoscaling | None = None
    traffic: Traffic | None = None
    execution_role: Annotated[str, ROLE_ARN] | None = None
    kms_key: Annotated[str, KMS_KEY_ARN] | None = None
    capture: Capture | None = None
    schema: Schema | None = None
    baseline: str | None = None
    monitor: Monitor | None = None
    analysis: Analysis | None = None
    inputs: Annotated[Baseline, Marker.FILLED] = field(default_factory=Baseline)
    flags: Annotated[tuple[Flag, ...], Marker.KEYED] = ()
    drill: Drill | None = None
    force: Annotated[str, SENTENCE] | None = None
    break_glass: BreakGlass | None = None

    def instance_for(self, model: ModelVersion) -> Instance | None:
        """Tell what a model version runs on: its own instance, else the endpoint's; None where serverless."""
        return model.instance or self.instance
