"""Endpoints behind routers: shares of users are documents in AppConfig, and SageMaker's weights stay as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from lambdas.rollout.assignment import Assignment, first, reweigh
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.adapters.appconfig import Published
    from lambdas.rollout.live import Live, Variant
    from lambdas.rollout.ports import Endpoints, Turn


class Assignments(Protocol):
    """Where assignment documents are written (`lambdas.adapters.appconfig.AppConfigAssignments`)."""

    def published(self, endpoint: str) -> Published | None:
        """Read what was written and what routers get; None for an endpoint without sticky routing."""
        ...

    def publish(self, document: Assignment, before: Published) -> None:
        """Write a document over ``before`` and deploy it; raises `EndpointBusyError`."""
        ...

    def deploy(self, endpoint: str, before: Published) -> None:
        """Deploy what was written last; raises `EndpointBusyError`."""
        ...

    def set_stable_only(self, endpoint: str, *, on: bool) -> None:
        """Turn the kill switch; raises `EndpointBusyError`, and KeyError without sticky routing."""
        ...


class RoutedEndpoints:
    """Implements `lambdas.rollout.ports.Endpoints`; an endpoint without sticky routing is SageMaker's alone."""

    def __init__(self, sagemaker: Endpoints, assignments: Assignments) -> None:
        self._sagemaker, self._assignments = sagemaker, assignments

    def live(self, endpoint: str) -> Live | None:
        """Read SageMaker's endpoint, with the published shares for weights."""
        live = self._sagemaker.live(endpoint)
        published = self._assignments.published(endpoint) if live else None
        return _routed(live, published) if live and published else live

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        """Publish the shares, then see to it that SageMaker's own weights give the canary nothing."""
        before = self._assignments.published(live.endpoint)
        if before is None:
            self._sagemaker.set_canary_weight(live, weight, turn)
            return
        document = _next(live.endpoint, before.latest, weight, turn)
        if not before.latest or replace(document, revision=before.latest.revision) != before.latest:
            self._assignments.publish(document, before)
        elif not before.in_step:
            self._assignments.deploy(live.endpoint, before)
        own = self._sagemaker.live(live.endpoint)
        if own and own.canary_desired:
            self._sagemaker.set_canary_weight(own, 0, turn)

    def hand_over(self, live: Live, turn: Turn) -> None:
        """Give SageMaker's weights the canary's share, then take the router out; the kill switch holds it up."""
        before = self._assignments.published(live.endpoint)
        own = self._sagemaker.live(live.endpoint)
        if not (own and before and before.latest and before.latest.routed) or before.latest.stable_only:
            return
        share = before.latest.shares.get(CANARY, 0)
        if own.canary_desired != share:
            self._sagemaker.set_canary_weight(own, share, turn)
        elif own.settled:
            self._assignments.publish(replace(before.latest, routed=False, revision=turn.revision), before)

    def set_configuration(self, live: Live, config: str) -> None:
        """Swap SageMaker's fleets; the share goes first, since the new canary has earned none."""
        before = self._assignments.published(live.endpoint)
        if before and before.latest and _shares(before.latest):
            self._assignments.publish(reweigh(before.latest, {}, before.latest.revision), before)
        self._sagemaker.set_configuration(live, config)

    def set_stable_only(self, endpoint: str, *, on: bool) -> None:
        """Turn the kill switch: everybody is on stable while it is on. Raises as `Assignments` does."""
        self._assignments.set_stable_only(endpoint, on=on)


def _next(endpoint: str, latest: Assignment | None, weight: int, turn: Turn) -> Assignment:
    """Compose a turn's document: a new rollout has a salt of its own, and the kill switch stays as it is."""
    fresh = latest is None or latest.rollout != turn.rollout
    base = first(endpoint, turn.rollout, turn.revision) if fresh or latest is None else latest
    switched = latest is not None and latest.stable_only
    shares = {CANARY: weight, **{share.variant: share.weight for share in turn.challengers}}
    return replace(reweigh(base, shares, turn.revision), flag=turn.flag, routed=True, stable_only=switched)


def _routed(live: Live, published: Published) -> Live:
    """Put the published shares in the place of the weights: of the latest deployment as desired, else the routers'.

    Whatever SageMaker's own weights give the canary beyond that counts too: it gets the requests of routers that have
    no document. While the kill switch is on, or about to be, nobody but stable has anything.
    """
    documents = [each for each in (published.asked, published.deployed) if each]
    if not documents:
        return live
    off = any(each.stable_only for each in (*documents, published.latest) if each)
    current = {} if off else _beyond(_shares(published.deployed), live.shares)
    desired = {} if off else _beyond(_shares(published.asked), live.desired)
    routed = off or any(each.routed for each in documents)
    return replace(
        live,
        pending=live.pending or published.under_way,
        variants=tuple(_weighed(variant, current, desired) for variant in live.variants),
        routed=routed,
        flag=published.asked.flag if routed and published.asked else "",
    )


def _shares(document: Assignment | None) -> Mapping[str, int]:
    """Tell the shares of all but stable."""
    routed = document.shares if document and document.routed else {}
    return {variant: share for variant, share in routed.items() if variant != STABLE}


def _beyond(shares: Mapping[str, int], weights: Mapping[str, int]) -> dict[str, int]:
    """Take the larger of a variant's share and weight."""
    return {name: max(shares.get(name, 0), weights.get(name, 0)) for name in {*shares, *weights}}


def _weighed(variant: Variant, current: Mapping[str, int], desired: Mapping[str, int]) -> Variant:
    """Put the shares in; stable has what they leave."""
    if variant.name == STABLE:
        weight, wanted = FULL - sum(current.values()), FULL - sum(desired.values())
    else:
        weight, wanted = current.get(variant.name, 0), desired.get(variant.name, 0)
    return replace(variant, weight=float(weight), desired_weight=float(wanted))
