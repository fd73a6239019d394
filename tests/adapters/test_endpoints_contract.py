"""One contract for SageMaker's endpoints: in memory, and the adapter over the sandbox."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import pytest

from lambdas.adapters.routed import RoutedEndpoints
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.rollout.names import CANARY_TAG, STABLE_TAG
from lambdas.rollout.ports import EndpointBusyError, EndpointRefusedError, Endpoints
from tests.adapters.sticky import Sticky
from tests.examples import TURN, live
from tests.fakes import FakeEndpoints

if TYPE_CHECKING:
    from lambdas.rollout.live import Live
    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting


class Case(Protocol):
    """A pair of variants in service, by name."""

    endpoints: Endpoints
    name: str
    other: str
    """Another configuration of the same weights."""


class InMemory:
    """The fake."""

    def __init__(self) -> None:
        fake = FakeEndpoints()
        self.name = "mortgage"
        fake.lives[self.name] = live(weight=0)
        self.other = "mortgage-dddd4444eeee5555-other"
        fake.configurations[self.other] = replace(live(weight=0), config=self.other)
        self.endpoints: Endpoints = fake


class OnSandbox:
    """The adapter."""

    def __init__(self, hosting: Hosting) -> None:
        variants = [hosting.variant("stable", weight=10_000), hosting.variant("canary", weight=0)]
        self.name = hosting.endpoint(hosting.config(*variants))
        self.other = hosting.config(*(variant | {"InitialInstanceCount": 2} for variant in variants))
        self.endpoints: Endpoints = SageMakerEndpoints(hosting.api)


class Routed(OnSandbox):
    """The adapter behind routers."""

    def __init__(self, hosting: Hosting, sandbox: Sandbox) -> None:
        super().__init__(hosting)
        sticky = Sticky(sandbox)
        sticky.add(self.name)
        self.endpoints = RoutedEndpoints(self.endpoints, sticky.assignments)


@pytest.fixture(params=["memory", "sandbox", "routed"])
def case(request: pytest.FixtureRequest) -> Case:
    return _case(request)


@pytest.fixture(params=["sandbox", "routed"])
def deployed(request: pytest.FixtureRequest) -> Case:
    return _case(request)


def _case(request: pytest.FixtureRequest) -> Case:
    if request.param == "memory":
        return InMemory()
    hosting: Hosting = request.getfixturevalue("hosting")
    return OnSandbox(hosting) if request.param == "sandbox" else Routed(hosting, request.getfixturevalue("sandbox"))


def _settled(case: Case) -> Live:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = case.endpoints.live(case.name)
        assert found is not None
        if found.settled:
            return found
        time.sleep(0.02)
    raise AssertionError("never settled")


def test_an_unknown_endpoint_is_none(case: Case) -> None:
    assert case.endpoints.live("nowhere") is None


def test_a_canary_at_weight_0_is_live_with_no_share(case: Case) -> None:
    found = _settled(case)
    assert (found.status, found.canary_weight, found.canary_desired) == ("InService", 0, 0)


@pytest.mark.parametrize("weight", [1, 500, 3_333, 10_000, 0])
def test_a_weight_becomes_live_as_it_was_asked(case: Case, weight: int) -> None:
    case.endpoints.set_canary_weight(_settled(case), weight, TURN)
    after = _settled(case)
    assert (after.canary_weight, after.canary_desired) == (weight, weight)


def test_instances_are_raised_and_weights_stay_as_they_are(hosting: Hosting) -> None:
    case, fleets = OnSandbox(hosting), SageMakerEndpoints(hosting.api)
    case.endpoints.set_canary_weight(_settled(case), 2_500, TURN)
    fleets.set_count(_settled(case), "stable", 3)
    after = _settled(case)
    assert (after.canary_weight, [variant.count for variant in after.variants]) == (2_500, [3, 1])


def test_another_configuration_becomes_live_at_its_own_weights(case: Case) -> None:
    case.endpoints.set_canary_weight(_settled(case), 2_500, TURN)
    case.endpoints.set_configuration(_settled(case), case.other)
    after = _settled(case)
    assert (after.config, after.canary_weight) == (case.other, 0)


def test_counts_that_are_live_are_kept_from_one_configuration_to_the_next(hosting: Hosting) -> None:
    case = OnSandbox(hosting)
    case.endpoints.set_configuration(_settled(case), case.other)
    assert {variant.count for variant in _settled(case).variants} == {1}


def test_a_shadows_sampling_rate_does_not_become_a_share_of_the_traffic(hosting: Hosting) -> None:
    shadow = hosting.config(hosting.variant("stable", weight=1), ShadowProductionVariants=[hosting.variant("canary")])
    endpoint, endpoints = hosting.endpoint(shadow), SageMakerEndpoints(hosting.api)
    pair = hosting.config(hosting.variant("stable", weight=10_000), hosting.variant("canary", weight=0))
    before = endpoints.live(endpoint)
    assert before is not None
    assert before.variant("canary") is None
    endpoints.set_configuration(before, pair)
    hosting.settled(endpoint)
    after = endpoints.live(endpoint)
    assert after is not None
    assert (after.config, after.canary_weight, after.settled) == (pair, 0, True)


def test_a_configuration_while_updating_is_refused_as_busy(hosting: Hosting) -> None:
    case = OnSandbox(hosting)
    before = _settled(case)
    case.endpoints.set_configuration(before, case.other)
    with pytest.raises(EndpointBusyError, match="in-progress"):
        case.endpoints.set_configuration(before, case.other)


def test_any_other_refusal_is_told_as_such_in_sagemakers_words(hosting: Hosting) -> None:
    case = OnSandbox(hosting)
    with pytest.raises(EndpointRefusedError, match="Could not find"):
        case.endpoints.set_configuration(_settled(case), "nowhere")
    assert _settled(case).config != "nowhere"


def test_a_change_while_updating_is_refused_as_busy(deployed: Case) -> None:
    case = deployed
    before = _settled(case)
    case.endpoints.set_canary_weight(before, 5_000, TURN)
    with pytest.raises(EndpointBusyError, match="in-progress"):
        case.endpoints.set_canary_weight(before, 0, TURN)
    under_way = case.endpoints.live(case.name)
    assert under_way is not None
    assert not under_way.settled
    assert _settled(case).canary_weight == 5_000


def test_versions_are_told_by_the_tags_of_the_live_configuration(hosting: Hosting) -> None:
    tags = [{"Key": STABLE_TAG, "Value": "2026.10"}, {"Key": CANARY_TAG, "Value": "2026.11"}]
    variants = [hosting.variant("stable"), hosting.variant("canary", weight=0)]
    endpoint = hosting.endpoint(hosting.config(*variants, Tags=tags))
    adapter = SageMakerEndpoints(hosting.api)
    assert adapter.versions(endpoint) == {"stable": "2026.10", "canary": "2026.11"}
    assert adapter.versions("nowhere") == {}


def test_pair_and_shape_come_from_the_configurations_name() -> None:
    assert (live().pair, live().shape) == ("aaaa1111", "bbbb2222")
    assert replace(live(), config="somebody-elses").pair == ""
