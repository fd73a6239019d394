"""What Terraform asks at plan time: which weights and counts to keep, and whether the change may go ahead.

Terraform knows what shall be; SageMaker and the ledger know what is. The answer keeps a deploy from resetting
the traffic of models that serve, from ending a rollout unseen, and from making an unproven model stable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lambdas.rollout.live import Live
from lambdas.rollout.names import CANARY, STABLE, back_shape
from lambdas.rollout.plan import FULL, Routing
from lambdas.rollout.release import BACK, PAIR, SHADOW
from lambdas.rollout.state import EndpointState, Rollout


@dataclass(frozen=True, slots=True)
class Desired:
    """What the plan at hand would make live; ``force`` is the reason to override refusals, or empty.

    With ``native``, SageMaker rolls out and back by itself, and no version needs to be proven here.
    ``shadow_shape`` is that of the configuration in which the canary is a shadow; empty where no step needs one.
    ``challengers`` are versions by the names of their variants.
    """

    endpoint: str
    stable: str
    canary: str | None
    pair: str
    shape: str
    force: str = ""
    native: bool = False
    shadow_shape: str = ""
    challengers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keep:
    """A role's weight (basis points) and instance count to deploy with; no count: as configured."""

    weight: int
    count: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The answer to Terraform; an empty ``refusal`` lets the plan go ahead.

    ``stage`` tells which of a rollout's configurations shall be live: the first for models that are new here, and
    the pair's as soon as the canary is a production variant, so that Terraform never takes its traffic away; the
    second way back where a rollback had to take it.
    ``counts`` are the challengers' instances; SageMaker gives them no traffic of its own, routers do.
    """

    refusal: str
    stable: Keep
    canary: Keep
    stage: str = PAIR
    counts: Mapping[str, int | None] = field(default_factory=dict)


def preview(desired: Desired, live: Live | None, versions: dict[str, str], state: EndpointState) -> Preview:
    """Answer for one endpoint; ``versions`` tells the live model version by variant name.

    A version keeps the traffic that it has, under whichever role; a version that is new here starts at none.
    """
    if live is None:
        nothing: dict[str, int | None] = dict.fromkeys(desired.challengers)
        return Preview("", Keep(FULL, None), Keep(0, None), _stage(desired, None), nothing)
    serving = {version: variant for variant, version in versions.items()}
    weight = _weight(live, serving.get(desired.canary or ""))
    return Preview(
        refusal=_routed(desired, state) or ("" if desired.force else _refusal(desired, live, versions, state)),
        stable=Keep(FULL - weight, _count(live, serving.get(desired.stable))),
        canary=Keep(weight, _count(live, serving.get(desired.canary or ""))),
        stage=_stage(desired, live),
        counts={name: _count(live, serving.get(version)) for name, version in desired.challengers.items()},
    )


def _stage(desired: Desired, live: Live | None) -> str:
    if live is not None and live.pair == desired.pair and live.variant(CANARY) is not None:
        return BACK if live.shape == back_shape(desired.shape) else PAIR
    return SHADOW if desired.shadow_shape else PAIR


def _weight(live: Live, variant: str | None) -> int:
    """A live variant's share of the traffic in basis points."""
    match variant:
        case "stable":
            return FULL - live.canary_weight
        case "canary":
            return live.canary_weight
        case _:
            return 0


def _count(live: Live, name: str | None) -> int | None:
    variant = live.variant(name) if name else None
    return variant.desired_count if variant else None


def _refusal(desired: Desired, live: Live, versions: dict[str, str], state: EndpointState) -> str:
    if live.pair == desired.pair and live.shape in (desired.shape, desired.shadow_shape, back_shape(desired.shape)):
        return ""
    rollout = state.in_progress
    if rollout and rollout.release.pair == live.pair:
        return _in_progress(desired, live, rollout)
    return _outdated(desired, live, versions) or ("" if desired.native else _unproven(desired, versions, state))


def _routed(desired: Desired, state: EndpointState) -> str:
    """Refuse, forced or not, what would put other models where routers send users of the canary or a challenger.

    Routers name the variant and not the model, so its share must be 0 before other models stand under its name.
    """
    rollout = state.in_progress
    if rollout is None or rollout.plan.routing is not Routing.STICKY or desired.pair == rollout.release.pair:
        return ""
    if not rollout.shares or desired.canary is None:
        return ""
    return (
        f"routers send {sum(rollout.shares.values()) / 100:g} % of the users to the canary of {rollout.title} on"
        f" {desired.endpoint}, and {desired.canary} would get them at once. Take it back first:"
        f" `serinus abort ENVIRONMENT {desired.endpoint}`. `force` does not help here."
    )


def _in_progress(desired: Desired, live: Live, rollout: Rollout) -> str:
    effect = "replace its fleet in mid-rollout" if desired.pair == live.pair else "end it unfinished"
    return (
        f"{rollout.title} on {desired.endpoint} is {rollout.phase} at {live.canary_weight / 100:g} %, and this change"
        f" would {effect}. Let it finish, or take it back with `serinus abort ENVIRONMENT {desired.endpoint}`, or set"
        f" `force: <reason>` on the endpoint to go ahead with the live weights and counts kept."
    )


def _outdated(desired: Desired, live: Live, versions: dict[str, str]) -> str:
    """Refuse to start a rollout that would silently take a promoted version out of service."""
    serving = [version for role, version in versions.items() if _weight(live, role)]
    dropped = [version for version in serving if version not in (desired.stable, desired.canary)]
    if desired.canary is None or not dropped:
        return ""
    return (
        f"{dropped[0]} serves {desired.endpoint} and is in neither role any more: {desired.stable} would take its"
        f" traffic back before {desired.canary} is rolled out. Make {dropped[0]} `stable` first, or set"
        f" `force: <reason>` on the endpoint."
    )


def _unproven(desired: Desired, versions: dict[str, str], state: EndpointState) -> str:
    if desired.stable in state.proven or desired.stable == versions.get(STABLE):
        return ""
    ran = " It was rolled out here but not promoted." if desired.stable == versions.get(CANARY) else ""
    return (
        f"{desired.stable} is not proven on {desired.endpoint}: it has never been promoted here, and cannot become"
        f" stable.{ran} Roll it out as `canary` first, or set `force: <reason>` on the endpoint."
    )
