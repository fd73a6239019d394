"""What Terraform is told at plan time: weights that stay, changes that are refused."""

from dataclasses import replace

import pytest

from lambdas.rollout.live import Live
from lambdas.rollout.plan import Routing
from lambdas.rollout.preview import Desired, Keep, preview
from lambdas.rollout.release import PAIR, SHADOW, Challenger, Release
from lambdas.rollout.state import EndpointState, Phase, Rollout, Share
from tests.examples import PLAN, RELEASE, live

SAME = Desired("mortgage", "v1", "v2", RELEASE.pair, RELEASE.shape)
VERSIONS = {"stable": "v1", "canary": "v2"}
RUNNING = Rollout(17, RELEASE, began=0.0, phase=Phase.PROGRESSING, step=1, weight=2_500)
STATE = EndpointState("mortgage", 9, proven=("v1",), rollout=RUNNING)
AT_25 = live(weight=2_500)


def _refusal(desired: Desired, serves: Live = AT_25, state: EndpointState = STATE) -> str:
    return preview(desired, serves, VERSIONS, state).refusal


def test_a_first_deploy_starts_with_everything_on_stable() -> None:
    answer = preview(SAME, None, {}, EndpointState("mortgage"))
    assert (answer.refusal, answer.stable, answer.canary) == ("", Keep(10_000, None), Keep(0, None))


def test_an_unchanged_configuration_is_never_refused_and_keeps_what_is_live() -> None:
    answer = preview(SAME, AT_25, VERSIONS, STATE)
    assert (answer.refusal, answer.stable, answer.canary) == ("", Keep(7_500, 2), Keep(2_500, 1))


def test_another_instance_type_in_mid_rollout_is_refused_with_name_and_weight() -> None:
    refusal = _refusal(replace(SAME, shape="dddd4444"))
    assert "rollout 17 (v2) on mortgage is PROGRESSING at 25 %" in refusal
    assert "replace its fleet in mid-rollout" in refusal
    assert "serinus abort" in refusal


def test_another_canary_in_mid_rollout_is_refused() -> None:
    assert "end it unfinished" in _refusal(replace(SAME, canary="v3", pair="cccc3333"))


def test_force_goes_ahead_and_keeps_the_live_weights() -> None:
    answer = preview(replace(SAME, shape="dddd4444", force="the fleet is out of memory"), AT_25, VERSIONS, STATE)
    assert (answer.refusal, answer.canary) == ("", Keep(2_500, 1))


def test_a_new_canary_starts_at_nothing_even_when_forced() -> None:
    forced = replace(SAME, canary="v3", pair="cccc3333", force="v2 is broken")
    assert preview(forced, AT_25, VERSIONS, STATE).canary == Keep(0, None)


@pytest.mark.parametrize("phase", [Phase.ROLLED_BACK, Phase.SUPERSEDED])
def test_a_version_that_was_never_promoted_cannot_become_stable(phase: Phase) -> None:
    state = replace(STATE, rollout=replace(RUNNING, phase=phase))
    refusal = _refusal(Desired("mortgage", "v2", None, "eeee5555", "bbbb2222"), live(weight=0), state)
    assert "v2 is not proven on mortgage" in refusal
    assert "rolled out here but not promoted" in refusal


def test_a_promoted_version_becomes_stable_with_all_its_traffic() -> None:
    state = replace(STATE, proven=("v1", "v2"), rollout=replace(RUNNING, phase=Phase.PROMOTED))
    becoming = Desired("mortgage", "v2", None, "eeee5555", "bbbb2222")
    answer = preview(becoming, live(weight=10_000), VERSIONS, state)
    assert (answer.refusal, answer.stable) == ("", Keep(10_000, 1))


def test_a_promoted_version_keeps_its_traffic_beside_the_next_canary() -> None:
    state = replace(STATE, proven=("v1", "v2"), rollout=replace(RUNNING, phase=Phase.PROMOTED))
    answer = preview(Desired("mortgage", "v2", "v3", "ffff6666", "bbbb2222"), live(weight=10_000), VERSIONS, state)
    assert (answer.refusal, answer.stable.weight, answer.canary.weight) == ("", 10_000, 0)


def test_the_stable_version_may_stay_where_the_ledger_knows_nothing_yet() -> None:
    desired = Desired("mortgage", "v1", "v9", "99999999", "bbbb2222")
    assert _refusal(desired, live(weight=0), EndpointState("mortgage")) == ""


def test_native_mode_needs_no_proof_but_still_ends_no_rollout() -> None:
    native = Desired("mortgage", "v9", None, "99999999", "bbbb2222", native=True)
    ended = replace(STATE, rollout=replace(RUNNING, phase=Phase.ROLLED_BACK))
    assert _refusal(native, live(weight=0), ended) == ""
    assert "end it unfinished" in _refusal(native)


def test_the_next_canary_beside_an_outdated_stable_is_refused() -> None:
    state = replace(STATE, proven=("v1", "v2"), rollout=replace(RUNNING, phase=Phase.PROMOTED))
    refusal = _refusal(Desired("mortgage", "v1", "v3", "ffff6666", "bbbb2222"), live(weight=10_000), state)
    assert "v2 serves mortgage and is in neither role any more" in refusal
    assert "Make v2 `stable` first" in refusal


def test_going_back_to_a_proven_version_is_allowed() -> None:
    state = replace(STATE, proven=("v1", "v2"), rollout=replace(RUNNING, phase=Phase.PROMOTED))
    assert _refusal(Desired("mortgage", "v1", None, "eeee5555", "bbbb2222"), live(weight=10_000), state) == ""


SHADOWED = replace(SAME, shadow_shape="cccc3333")


def _in_shadow() -> Live:
    """The shadow's configuration: the canary is no production variant."""
    serves = live(replace(RELEASE, canary=None))
    return replace(serves, config=serves.config.replace(RELEASE.shape, "cccc3333"))


def test_models_that_are_new_here_begin_in_the_shadow() -> None:
    assert preview(SHADOWED, None, {}, EndpointState("mortgage")).stage == SHADOW
    assert preview(replace(SHADOWED, pair="eeee5555"), AT_25, VERSIONS, EndpointState("mortgage")).stage == SHADOW


def test_a_shadow_that_is_live_is_neither_refused_nor_left() -> None:
    answer = preview(SHADOWED, _in_shadow(), VERSIONS, STATE)
    assert (answer.refusal, answer.stage) == ("", SHADOW)


@pytest.mark.parametrize("weight", [0, 2_500, 10_000])
def test_a_pair_that_is_live_is_never_taken_back_into_the_shadow(weight: int) -> None:
    answer = preview(SHADOWED, live(weight=weight), VERSIONS, STATE)
    assert (answer.refusal, answer.stage, answer.canary.weight) == ("", PAIR, weight)


def test_a_plan_without_a_shadow_has_the_pair_alone() -> None:
    assert preview(SAME, None, {}, EndpointState("mortgage")).stage == PAIR


def test_a_new_canary_never_inherits_the_users_of_the_one_before_even_when_forced() -> None:
    sticky = replace(RELEASE, plan=replace(PLAN, routing=Routing.STICKY))
    under_way = replace(STATE, rollout=replace(RUNNING, release=sticky))
    forced = replace(SAME, canary="v3", pair="eeee5555", force="v2 is broken")
    assert "routers send 25 % of the users" in preview(forced, live(weight=0), VERSIONS, under_way).refusal
    taken_back = replace(under_way, rollout=replace(RUNNING, release=sticky, weight=0))
    assert preview(forced, live(weight=0), VERSIONS, taken_back).refusal == ""
    assert preview(replace(forced, canary=None), live(weight=0), VERSIONS, under_way).refusal == ""


def test_challengers_keep_their_instances_and_have_no_traffic_of_sagemakers() -> None:
    challenged = replace(RELEASE, challengers=(Challenger("lean", "v4"),))
    desired = replace(SAME, challengers={"lean": "v4", "new": "v5"})
    answer = preview(desired, live(challenged, weight=2_500), VERSIONS | {"lean": "v4"}, STATE)
    assert (answer.refusal, answer.stable, answer.canary) == ("", Keep(7_500, 2), Keep(2_500, 1))
    assert answer.counts == {"lean": 1, "new": None}
    assert preview(desired, None, {}, EndpointState("mortgage")).counts == {"lean": None, "new": None}


def test_other_models_may_not_stand_where_routers_send_a_challengers_users() -> None:
    tested = replace(RUNNING, weight=0, challengers=(Share("lean", 1_000),), release=_sticky())
    state = replace(STATE, rollout=tested)
    refusal = _refusal(replace(SAME, pair="cccc3333", force="in a hurry"), live(weight=0), state)
    assert "routers send 10 % of the users" in refusal


def _sticky() -> Release:
    return replace(RELEASE, plan=replace(PLAN, routing=Routing.STICKY))
