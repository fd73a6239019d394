"""From what SageMaker shows to lines of history. Pure: the same sights give the same lines, whatever their order.

SageMaker documents no event that says "completed" or "rolled back": an endpoint is in service again, and which
configuration serves tells which it was.
Source: SageMaker developer guide, "Events that SageMaker sends to EventBridge"; API reference,
ProductionVariantStatus.
"""

from collections.abc import Sequence
from itertools import zip_longest

from lambdas.rollout.names import pair_and_shape
from lambdas.rollout.native.line import ALARM, BEGIN, END, Deployment, Line
from lambdas.rollout.native.sight import IN_SERVICE, ROLLBACK_FAILED, Fired, Pending, Sight, Stage
from lambdas.rollout.release import Release
from lambdas.rollout.state import Kind, Phase

_KINDS = {"new ActivatingTraffic": Kind.ADVANCE, "new Deleting": Kind.ROLL_BACK, "old Updating": Kind.ROLL_BACK}
"""What moves traffic. A new fleet is terminated, and old instances are launched, when a deployment is taken back."""


def lines(sight: Sight, release: Release | None) -> tuple[Line, ...]:
    """Tell that a deployment is under way, and what is being done to its two fleets."""
    pending = sight.pending
    if pending is None:
        return ()
    stages = (("old", sight.old), ("new", pending.stage))
    begin = f"SageMaker begins to replace {sight.config} by {pending.config}{_version(pending.config, release)}"
    return (
        _line(sight, pending, BEGIN, (Kind.BEGIN, Phase.PENDING, begin)),
        *(_stage(sight, pending, whose, stage) for whose, stage in stages if stage.doing),
    )


def _stage(sight: Sight, pending: Pending, whose: str, stage: Stage) -> Line:
    fact = f"{whose} {stage.doing}"
    kind = _KINDS.get(fact, Kind.HOLD)
    phase = Phase.ROLLING_BACK if kind is Kind.ROLL_BACK else Phase.PROGRESSING
    line = _line(sight, pending, fact, (kind, phase, f"{whose} fleet: {stage.message or stage.doing}"))
    return line._replace(at=stage.at, serving=pending.stage.serving)


def _line(sight: Sight, pending: Pending, fact: str, said: tuple[Kind, Phase, str]) -> Line:
    began, wanted = pending.began, pending.stage.wanted
    return Line(sight.endpoint, began, sight.config, pending.config, began, fact, 0, wanted, *said)


def endings(known: Sequence[Deployment], sight: Sight, *, came_to_rest: bool) -> tuple[Line, ...]:
    """Tell how the deployments ended that were known before ``sight``, which is a DescribeEndpoint.

    What served when the next deployment began, or serves now, tells how one ended. The last one's end is believed
    where an event says that the endpoint ``came_to_rest``, or the sight is newer than the deployment: should
    DescribeEndpoint lag behind the events, a deployment that has just begun looks like one that was taken back.
    A third configuration tells nothing: a deployment is missing between, whose events are yet to come.
    """
    told = []
    for deployment, later in zip_longest(known, known[1:]):
        if deployment.ended:
            continue
        if later:
            told.append(_ending(deployment, later.began, later.before, None))
        elif sight.resting and (came_to_rest or int(sight.at) >= int(deployment.began)):
            told.append(_ending(deployment, sight.at, sight.config, sight))
    return tuple(line for line in told if line)


def _ending(deployment: Deployment, at: float, serves: str, sight: Sight | None) -> Line | None:
    """Compare what serves with what was asked for; ``sight`` is None for a deployment of the past."""
    if serves not in (deployment.before, deployment.after):
        return None
    last = deployment.lines[-1]
    status = sight.status if sight else IN_SERVICE
    if status == ROLLBACK_FAILED:
        said = (
            f"SageMaker could not roll back to {deployment.before}: both fleets may serve. Deploy again{_why(sight)}"
        )
        return _end(last, at, last.serving, (Kind.ROLL_BACK, Phase.ROLLING_BACK, said))
    if serves == deployment.after and status == IN_SERVICE:
        said = f"{deployment.after} serves everything"
        return _end(last, at, last.wanted, (Kind.PROMOTE, Phase.PROMOTED, said))
    said = f"SageMaker rolled back: {serves} serves as before{_why(sight)}"
    return _end(last, at, 0, (Kind.ROLL_BACK, Phase.ROLLED_BACK, said))


def _end(last: Line, at: float, serving: int, said: tuple[Kind, Phase, str]) -> Line:
    kind, phase, reason = said
    return last._replace(fact=END, at=at, serving=serving, kind=kind, phase=phase, reason=reason)


def alarmed(deployment: Deployment, fired: Fired) -> Line:
    """Tell that an alarm fires after a deployment which nothing takes back: a person must decide."""
    last = deployment.lines[-1]
    return last._replace(
        fact=f"{ALARM} {fired.alarm}", at=fired.at, kind=Kind.PAUSE, phase=deployment.phase, reason=fired.reason
    )


def _why(sight: Sight | None) -> str:
    return f". {sight.failure}" if sight and sight.failure else ". SageMaker gives no reason"


def _version(config: str, release: Release | None) -> str:
    """Name the model version where the configuration is what the last deploy asked for."""
    known = release is not None and pair_and_shape(config)[0] == release.pair
    return f" (version {release.stable})" if release and known else ""
