"""An environment: one account and region, its Terraform state, its control plane and its endpoints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from infra.spec.endpoint import Endpoint
from infra.spec.forms import ACCOUNT, BUCKET, EMAIL, ENVIRONMENT, KMS_KEY_ARN, REGION, STREAM_ARN
from infra.spec.ignore import Checks
from infra.spec.markers import Marker
from lambdas.rollout.units import SECONDS


@dataclass(frozen=True, slots=True)
class S3State:
    """Terraform state in S3, locked by S3 itself."""

    bucket: Annotated[str, BUCKET]
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Where Terraform keeps its state: in S3, or in a folder of this machine. Exactly one of the two."""

    s3: S3State | None = None
    local: str | None = None


@dataclass(frozen=True, slots=True)
class Rewards:
    """What experiments and bandits learn from: rewards that come up to ``window`` after their exposure, in seconds.

    They come by HTTP, and from a Kinesis ``stream`` if one is given.
    """

    window: Annotated[int, SECONDS] = 86_400
    stream: Annotated[str, STREAM_ARN] | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """The control plane's settings; durations in seconds.

    ``metric_period`` is the period that judge and alarms look at, ``metric_delay`` how long after its end a
    period's counts are complete. ``notify`` are e-mail addresses told of every decision. For ``flags_bake`` after
    a change of flags AppConfig takes them back if the router fails; 0: it does not look.
    """

    metric_period: Annotated[int, SECONDS] = 60
    metric_delay: Annotated[int, SECONDS] = 60
    function_timeout: Annotated[int, SECONDS] = 60
    log_retention_days: int = 90
    deletion_protection: bool = True
    notify: tuple[Annotated[str, EMAIL], ...] = ()
    flags_bake: Annotated[int, SECONDS] = 600
    rewards: Rewards = Rewards()


@dataclass(frozen=True, slots=True)
class Environment:
    """What one environment file says, its name (the file's stem) included.

    ``kms_key`` encrypts what the stacks make and what rests in it; AWS's own keys do where it is left out. ``prices``
    are of instances, by type, in USD per hour: what `serinus explain` reckons a rollout's cost with.
    """

    name: Annotated[str, ENVIRONMENT, Marker.KEY]
    account: Annotated[str, ACCOUNT]
    region: Annotated[str, REGION]
    state: State
    kms_key: Annotated[str, KMS_KEY_ARN] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    control: Control = Control()
    checks: Checks = field(default_factory=Checks)
    prices: Mapping[str, float] = field(default_factory=dict)
    endpoints: Annotated[tuple[Endpoint, ...], Marker.KEYED] = ()
