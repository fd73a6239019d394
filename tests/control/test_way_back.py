"""The second way back: a rollback whose weights SageMaker refuses, or takes and does not keep."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.take_back import take_back
from lambdas.rollout.names import back_shape, config_prefix
from lambdas.rollout.ports import EndpointRefusedError
from lambdas.rollout.release import BACK, PAIR, Stage
from lambdas.rollout.state import Kind, Phase, Rollout
from lambdas.rollout.way_back import PATIENCE
from tests.examples import RELEASE, healthy, live
from tests.fakes import FakeWorld

DENIED = "AccessDeniedException: not authorized to perform sagemaker:UpdateEndpointWeightsAndCapacities"
PAIRED = live().config
RETURN = config_prefix("mortgage", RELEASE.pair, back_shape(RELEASE.shape)) + "20261121000000000000000002"
STAGES = (Stage(PAIR, RELEASE.shape, PAIRED), Stage(BACK, back_shape(RELEASE.shape), RETURN))


class Scene:
    """A canary with 10 % of the traffic, about to be taken back."""

    def __init__(self, stages: tuple[Stage, ...] = STAGES) -> None:
        self.fake = FakeWorld()
        self.fake.ledger.releases["mortgage"] = replace(RELEASE, stages=stages)
        self.endpoints = self.fake.endpoints
        self.endpoints.lives["mortgage"] = live()
        self.endpoints.configurations[RETURN] = replace(live(), config=RETURN)
        begin_rollout(self.fake.world, "mortgage")
        for _ in range(2):
            self.fake.metrics.tables.append(healthy(self.fake.time, weight=self.weight))
            self.fake.time += 60
            advance(self.fake.world, "mortgage")
        assert self.weight == 1_000

    @property
    def rollout(self) -> Rollout:
        found = self.fake.ledger.load("mortgage").rollout
        assert found is not None
        return found

    @property
    def weight(self) -> int:
        return self.endpoints.lives["mortgage"].canary_weight

    @property
    def config(self) -> str:
        return self.endpoints.lives["mortgage"].config

    def alarm(self) -> None:
        take_back(self.fake.world, "mortgage", cause="alarm a", reason="20 > 5", alarm_since=self.fake.time)

    def look(self, seconds: float) -> None:
        """Let the workflow look every two seconds."""
        for _ in range(int(seconds / 2)):
            self.fake.time += 2
            advance(self.fake.world, "mortgage")

    def kept(self) -> str:
        return "\n".join(entry.reason for entry in self.fake.ledger.history("mortgage", 1))

    def told(self) -> str:
        return "\n".join(text for _, text in self.fake.notifier.told)


def test_what_is_refused_for_a_moment_is_asked_again_and_done_by_weights() -> None:
    scene = Scene()
    scene.endpoints.refuses["weights"] = DENIED
    scene.alarm()
    scene.look(PATIENCE / 2)
    scene.endpoints.refuses.clear()
    scene.look(2)
    assert (scene.weight, scene.config) == (0, PAIRED)
    scene.look(60)
    assert scene.rollout.phase is Phase.ROLLED_BACK
    assert "going back by the endpoint configuration" not in scene.told()


@pytest.mark.parametrize("how", ["refused", "failing"])
def test_what_is_refused_or_fails_for_long_goes_back_by_a_configuration_and_says_so(how: str) -> None:
    scene = Scene()
    if how == "refused":
        scene.endpoints.refuses["weights"] = DENIED
    else:
        scene.endpoints.fails = True
    scene.alarm()
    scene.look(PATIENCE - 4)
    assert scene.config == PAIRED
    scene.look(8)
    assert (scene.weight, scene.config) == (0, RETURN)
    assert f"going back by the endpoint configuration {RETURN}" in scene.told()
    assert (DENIED if how == "refused" else "nothing is under way") in scene.told()
    scene.look(60)
    assert scene.rollout.phase is Phase.ROLLED_BACK


def test_the_ledger_keeps_why_weights_were_refused() -> None:
    scene = Scene()
    scene.endpoints.refuses["weights"] = DENIED
    scene.alarm()
    scene.look(10)
    assert scene.rollout.refused is not None
    assert DENIED in scene.rollout.refused.reason
    looks = [entry for entry in scene.fake.ledger.history("mortgage", 1) if entry.kind is Kind.HOLD]
    assert [entry for entry in looks if DENIED in entry.reason]
    scene.look(40)
    assert len([e for e in scene.fake.ledger.history("mortgage", 1) if e.kind is Kind.HOLD]) <= len(looks) + 1


def test_an_endpoint_that_is_busy_for_long_is_waited_for() -> None:
    scene = Scene()
    scene.endpoints.busy = True
    scene.alarm()
    scene.endpoints.lives["mortgage"] = live(weight=1_000, status="Updating")
    scene.look(10 * PATIENCE)
    scene.endpoints.busy = False
    scene.endpoints.lives["mortgage"] = live(weight=1_000)
    scene.look(2)
    assert (scene.weight, scene.config) == (0, PAIRED)


def test_where_there_is_no_second_way_people_are_told_and_it_goes_on_asking() -> None:
    scene = Scene(stages=())
    scene.endpoints.refuses["weights"] = DENIED
    scene.alarm()
    scene.look(3 * PATIENCE)
    assert 2 <= scene.told().count("there is no second way back; it goes on asking") <= 3
    scene.endpoints.refuses.clear()
    scene.look(2)
    assert scene.weight == 0


def test_where_the_second_way_is_refused_too_the_first_is_tried_again() -> None:
    scene = Scene()
    scene.endpoints.refuses.update(weights=DENIED, configuration="ResourceLimitExceeded: ml.m5.large")
    scene.alarm()
    scene.look(PATIENCE + 10)
    assert not scene.rollout.falling_back
    assert "ResourceLimitExceeded" in scene.kept()
    del scene.endpoints.refuses["weights"]
    scene.look(2)
    assert (scene.weight, scene.config) == (0, PAIRED)


def test_where_sagemaker_takes_the_second_way_back_the_first_is_tried_again() -> None:
    scene = Scene()
    scene.endpoints.refuses["weights"] = DENIED
    scene.endpoints.configurations[RETURN] = replace(live(weight=1_000), failure="Alarm(s) went off")
    scene.alarm()
    scene.look(PATIENCE + 10)
    assert "Alarm(s) went off" in scene.kept()
    scene.endpoints.refuses.clear()
    scene.look(2)
    assert scene.weight == 0


def test_on_the_way_forward_a_refusal_is_the_workflows_error_which_rolls_back() -> None:
    scene = Scene()
    scene.endpoints.refuses["weights"] = DENIED
    scene.fake.metrics.tables.append(healthy(scene.fake.time))
    scene.fake.time += 60
    advance(scene.fake.world, "mortgage")
    scene.fake.metrics.tables.append(healthy(scene.fake.time))
    scene.fake.time += 60
    with pytest.raises(EndpointRefusedError):
        advance(scene.fake.world, "mortgage")


def test_a_function_that_dies_before_it_goes_the_second_way_goes_it_later() -> None:
    scene = Scene()
    scene.endpoints.refuses["weights"] = DENIED
    there = scene.endpoints.configurations.pop(RETURN)  # whoever goes to it dies
    scene.alarm()
    scene.look(PATIENCE)
    with pytest.raises(KeyError):
        scene.look(4)
    assert (scene.rollout.falling_back, scene.config) == (True, PAIRED)
    scene.endpoints.configurations[RETURN] = there
    scene.look(2 * PATIENCE + 10)
    assert (scene.weight, scene.config) == (0, RETURN)


@pytest.mark.parametrize("pending", [False, True], ids=["", "still shown as pending"])
def test_where_sagemaker_serves_a_mix_the_rollout_goes_back_and_a_configuration_ends_the_mix(
    pending: bool,  # noqa: FBT001 - a parameter
) -> None:
    scene = Scene()
    mix = replace(
        live(weight=1_000), status="UpdateRollbackFailed", failure="unable to provision capacity", pending=pending
    )
    scene.endpoints.lives["mortgage"] = mix
    scene.endpoints.refuses["weights"] = "ValidationException: Cannot update endpoint in status UpdateRollbackFailed"
    scene.look(2)
    assert "ROLLING_BACK" in scene.fake.notifier.told[-1][0]
    assert "could neither finish a deployment nor take it back" in scene.told()
    scene.look(PATIENCE + 4)
    assert (scene.weight, scene.config) == (0, RETURN)
    scene.look(60)
    assert scene.rollout.phase is Phase.ROLLED_BACK
