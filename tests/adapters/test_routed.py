from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.adapters.appconfig import UNREADABLE, AppConfigAssignments
from lambdas.adapters.routed import RoutedEndpoints
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.rollout.assignment import Assignment, first, reweigh
from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import FULL
from lambdas.rollout.ports import EndpointBusyError, Turn
from lambdas.rollout.release import Challenger
from lambdas.rollout.state import Share
from tests.adapters.appconfig_memory import MemoryAppConfig
from tests.adapters.sticky import Sticky
from tests.examples import RELEASE, TURN, live
from tests.fakes import FakeEndpoints, with_weight

if TYPE_CHECKING:
    from lambdas.rollout.live import Live
    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting

NAME = "mortgage"
_CHALLENGED = replace(RELEASE, challengers=(Challenger("alt", "v3"), Challenger("lean", "v4")))


class Case:
    """An endpoint behind routers, in memory."""

    def __init__(self) -> None:
        self.sagemaker, self.appconfig = FakeEndpoints(), MemoryAppConfig(guarded=True)
        self.sagemaker.lives[NAME] = live()
        self.assignments = AppConfigAssignments(self.appconfig, "test")
        self.endpoints = RoutedEndpoints(self.sagemaker, self.assignments)

    @property
    def live(self) -> Live:
        found = self.endpoints.live(NAME)
        assert found is not None
        return found

    @property
    def document(self) -> Assignment:
        published = self.assignments.published(NAME)
        assert published is not None
        assert published.deployed is not None
        return published.deployed

    def give(self, weight: int, turn: Turn = TURN) -> None:
        self.endpoints.set_canary_weight(self.live, weight, turn)


@pytest.fixture
def case() -> Case:
    return Case()


def test_before_the_first_document_sagemakers_weights_decide(case: Case) -> None:
    assert case.live == live()


def test_a_share_is_a_document_and_no_weight_of_sagemakers(case: Case) -> None:
    case.give(500, Turn(17, 3, "staff"))
    assert (case.live.canary_weight, case.live.routed, case.live.flag) == (500, True, "staff")
    assert case.document == replace(reweigh(first(NAME, 17, 3), {CANARY: 500}, 3), flag="staff")
    assert case.sagemaker.writes == []


def test_the_same_share_is_written_once_and_other_users_are_news(case: Case) -> None:
    for turn in (Turn(17, 3), Turn(17, 4), Turn(17, 5, "staff"), Turn(17, 6, "staff")):
        case.give(500, turn)
    assert len(case.appconfig.versions) == 2


def test_a_new_rollout_has_other_people_first(case: Case) -> None:
    case.give(500, Turn(17, 3))
    before = case.document.salt
    case.give(500, Turn(18, 9))
    assert (case.document.rollout, case.document.salt != before) == (18, True)


def test_the_kill_switch_beats_every_share_and_outlasts_rollouts(case: Case) -> None:
    case.give(500)
    case.assignments.set_stable_only(NAME, on=True)
    assert (case.live.canary_weight, case.live.canary_desired) == (0, 0)
    case.give(5_000, Turn(TURN.rollout + 1, 9))
    assert (case.live.canary_weight, case.document.stable_only) == (0, True)
    case.assignments.set_stable_only(NAME, on=False)
    assert case.live.canary_weight == 5_000


def test_the_kill_switch_works_before_the_first_rollout(case: Case) -> None:
    case.assignments.set_stable_only(NAME, on=True)
    assert (case.document.stable_only, case.document.routed) == (True, False)


def test_what_sagemakers_own_weights_give_the_canary_counts(case: Case) -> None:
    case.give(0)
    case.sagemaker.lives[NAME] = with_weight(live(), 2_000)
    assert case.live.canary_weight == 2_000
    case.give(0)
    assert (case.live.canary_weight, case.sagemaker.writes) == (0, [0])


def test_the_kill_switch_holds_the_handing_over_up(case: Case) -> None:
    case.give(FULL)
    case.assignments.set_stable_only(NAME, on=True)
    case.endpoints.hand_over(case.live, TURN)
    assert case.sagemaker.writes == []
    case.assignments.set_stable_only(NAME, on=False)
    case.endpoints.hand_over(case.live, TURN)
    case.endpoints.hand_over(case.live, TURN)
    assert (case.sagemaker.writes, case.live.routed, case.live.canary_weight) == ([FULL], False, FULL)


def test_a_document_that_cannot_be_read_is_replaced(case: Case) -> None:
    case.give(500)
    case.appconfig.versions.append(b"not JSON")
    case.appconfig.start_deployment(ConfigurationVersion="2")
    assert case.live.flag == UNREADABLE
    case.give(0)
    assert (case.live.canary_weight, case.document.flag) == (0, "")


def test_a_newer_document_behind_ones_back_makes_one_look_again(case: Case) -> None:
    case.give(500)
    before = case.assignments.published(NAME)
    assert before is not None
    case.give(0)
    with pytest.raises(EndpointBusyError):
        case.assignments.publish(replace(case.document, revision=99), before)
    with pytest.raises(EndpointBusyError):
        case.assignments.deploy(NAME, before)
    assert case.live.canary_weight == 0


def test_on_the_sandbox_what_was_published_is_forgotten_so_that_terraform_can_destroy(
    sandbox: Sandbox, hosting: Hosting
) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable"), hosting.variant("canary", weight=0)))
    sticky = Sticky(sandbox)
    routed = RoutedEndpoints(SageMakerEndpoints(hosting.api), sticky.assignments)
    before = routed.live(endpoint)
    assert before is not None
    with pytest.raises(KeyError):
        sticky.assignments.set_stable_only(endpoint, on=True)
    sticky.add(endpoint)
    sticky.assignments.set_stable_only(endpoint, on=True)
    sticky.assignments.forget(endpoint)
    profiles = sticky.api.list_configuration_profiles(ApplicationId=sticky.app)["Items"]
    for profile in profiles:
        sticky.api.delete_configuration_profile(ApplicationId=sticky.app, ConfigurationProfileId=profile["Id"])


def test_challengers_have_their_users_beside_the_canarys_and_lose_them_with_the_next_turn(case: Case) -> None:
    case.sagemaker.lives[NAME] = live(_CHALLENGED)
    case.give(3_000, Turn(17, 3, challengers=(Share("alt", 2_000), Share("lean", 1_000))))
    assert case.live.shares == {CANARY: 3_000, "alt": 2_000, "lean": 1_000}
    assert case.document.variants[0] == CANARY
    case.give(3_000, Turn(17, 4, challengers=(Share("lean", 1_000),)))
    assert case.live.shares == {CANARY: 3_000, "lean": 1_000}
    case.give(0, Turn(17, 5))
    assert (case.live.shares, case.live.settled, case.sagemaker.writes) == ({}, True, [])


def test_the_kill_switch_beats_challengers_too(case: Case) -> None:
    case.sagemaker.lives[NAME] = live(_CHALLENGED)
    case.give(3_000, Turn(17, 3, challengers=(Share("lean", 1_000),)))
    case.assignments.set_stable_only(NAME, on=True)
    assert (case.live.shares, case.live.desired) == ({}, {})


def test_other_fleets_give_challengers_nothing(case: Case) -> None:
    case.sagemaker.lives[NAME] = live(_CHALLENGED)
    case.sagemaker.configurations["another"] = live(_CHALLENGED)
    case.give(0, Turn(17, 3, challengers=(Share("lean", 1_000),)))
    case.endpoints.set_configuration(case.live, "another")
    assert case.document.shares == {"stable": FULL}
