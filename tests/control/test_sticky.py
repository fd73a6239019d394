"""Sticky rollouts: the router's shares move, SageMaker's weights follow at the end, and a way back resets both."""

from dataclasses import replace

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.take_back import take_back
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.live import Live
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL, Routing, Step
from lambdas.rollout.ports import EndpointBusyError, Turn
from lambdas.rollout.release import Release
from lambdas.rollout.state import Kind, Phase, Rollout, Share
from tests.examples import PLAN, RELEASE, live
from tests.fakes import FakeEndpoints, FakeWorld, with_weight

_STEPS = (Step(5_000, 120, 600, flag="staff"), Step(500, 120, 600, flag="beta"), Step(FULL, 120, 600))
_RELEASE = replace(RELEASE, plan=replace(PLAN, steps=_STEPS, guardrails=(ErrorRate(),), routing=Routing.STICKY))


class FakeRouted(FakeEndpoints):
    """SageMaker's weights, and a router's share in front of them while there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.share: tuple[int, str] | None = None
        self.shares: list[tuple[int, str]] = []
        self.beside: tuple[Share, ...] = ()

    def live(self, endpoint: str) -> Live | None:
        found = self.lives.get(endpoint)
        if found is None or self.share is None:
            return found
        weight, flag = self.share
        return replace(with_weight(found, weight, self.beside), routed=True, flag=flag)

    def set_canary_weight(self, live: Live, weight: int, turn: Turn) -> None:
        if weight == 0 and self.share is None:
            super().set_canary_weight(live, 0, turn)
            return
        self.share = (weight, turn.flag) if weight else None
        self.beside = turn.challengers
        self.shares.append((weight, turn.flag))

    def hand_over(self, live: Live, turn: Turn) -> None:
        if self.lives[live.endpoint].canary_weight != FULL:
            super().set_canary_weight(live, FULL, turn)
        else:
            self.share = None


class Scene(FakeWorld):
    """A deployed pair behind a router; ``won`` and ``bad`` are the shares rewarded and failed, by variant.

    Where it is ``late``, the router hears of a share after the first period that it holds in.
    """

    def __init__(self, release: Release = _RELEASE) -> None:
        super().__init__()
        self.routed = FakeRouted()
        self.world = replace(self.world, endpoints=self.routed)
        self.ledger.releases["mortgage"] = release
        self.won: dict[str, float] = {}
        self.bad: dict[str, float] = {}
        self.late = False
        self._heard = 0
        self.routed.lives["mortgage"] = live(release)
        begin_rollout(self.world, "mortgage")

    @property
    def rollout(self) -> Rollout:
        found = self.ledger.load("mortgage").rollout
        assert found is not None
        return found

    @property
    def sagemaker(self) -> int:
        return self.routed.lives["mortgage"].canary_weight

    def serve(self, periods: int) -> None:
        """Let the router count those who take part, and the workflow look."""
        for _ in range(periods):
            now = self.routed.share[0] if self.routed.share else self.sagemaker
            weight, self._heard = (self._heard if self.late else now), now
            shares = {CANARY: weight, **{share.variant: share.weight for share in self.routed.beside}}
            arms = {name: Arm(0, 6_000 * share // FULL) for name, share in shares.items()}
            arms[STABLE] = Arm(0, 6_000 - sum(arm.total for arm in arms.values()))
            self.metrics.tables.append(Table(self.time, arms[CANARY], arms[STABLE]))
            for variant, arm in arms.items():
                counts = {"RoutedRequests": arm.total, "RoutedErrors": round(arm.total * self.bad.get(variant, 0.0))}
                if variant in self.won:
                    counts["Conversions"] = round(arm.total * self.won[variant])
                for name, count in counts.items():
                    self.metrics.values.setdefault((variant, name), {})[self.time] = count
            self.time += 60
            advance(self.world, "mortgage")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_people_meet_the_canary_flag_by_flag_and_sagemaker_takes_over_at_the_end(scene: Scene) -> None:
    scene.serve(40)
    assert (scene.rollout.phase, scene.routed.share, scene.sagemaker) == (Phase.PROMOTED, None, FULL)
    assert scene.routed.shares == [(5_000, "staff"), (500, "beta"), (FULL, "")]
    assert scene.routed.writes == [FULL]
    reasons = [e.reason for e in scene.ledger.history("mortgage", 1) if e.kind is Kind.ADVANCE]
    assert any("50 % of staff" in reason for reason in reasons)
    assert any("5 % of beta" in reason for reason in reasons)


def test_a_router_that_hears_late_makes_no_canary_look_starved(scene: Scene) -> None:
    scene.late = True
    scene.serve(40)
    assert scene.rollout.phase is Phase.PROMOTED
    told = [entry.reason for entry in scene.ledger.history("mortgage", 1)]
    assert not [reason for reason in told if "promises" in reason]


def test_until_then_no_weight_of_sagemakers_is_touched(scene: Scene) -> None:
    scene.serve(5)
    assert scene.rollout.step >= 1
    assert scene.routed.writes == []


def test_a_way_back_makes_the_router_neutral_and_asks_sagemaker_for_nothing(scene: Scene) -> None:
    scene.serve(3)
    take_back(scene.world, "mortgage", cause="operator", reason="abort")
    assert (scene.rollout.phase, scene.routed.share, scene.routed.writes) == (Phase.ROLLING_BACK, None, [])


def test_a_way_back_from_the_handing_over_resets_sagemaker_too(scene: Scene) -> None:
    for _ in range(40):
        scene.serve(1)
        if scene.sagemaker == FULL:
            break
    assert (scene.rollout.phase, scene.rollout.handing_over) == (Phase.PROGRESSING, True)
    take_back(scene.world, "mortgage", cause="alarm", reason="errors", alarm_since=scene.time)
    for _ in range(4):
        scene.time += 31
        advance(scene.world, "mortgage")
    assert (scene.rollout.phase, scene.routed.share, scene.sagemaker) == (Phase.ROLLED_BACK, None, 0)


def test_a_busy_sagemaker_is_asked_again_at_the_end(scene: Scene) -> None:
    for _ in range(40):
        scene.serve(1)
        if scene.rollout.handing_over:
            break
        scene.routed.busy = scene.rollout.step == 2
    with pytest.raises(EndpointBusyError):
        scene.routed.hand_over(live(), Turn(1, 1))
    scene.serve(2)
    assert not scene.rollout.phase.ended
    scene.routed.busy = False
    scene.serve(3)
    assert scene.rollout.phase is Phase.PROMOTED
