from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting


def test_a_new_endpoint_is_creating_then_in_service_and_answers(hosting: Hosting) -> None:
    config = hosting.config(hosting.variant("stable", hosting.model("hello")))
    hosting.api.create_endpoint(EndpointName="brand-new", EndpointConfigName=config)
    assert hosting.describe("brand-new")["EndpointStatus"] == "Creating"
    shown = hosting.settled("brand-new")
    assert shown["EndpointStatus"] == "InService"
    assert shown["EndpointConfigName"] == config
    assert "PendingDeploymentSummary" not in shown
    assert hosting.says("brand-new") == "hello"


def test_weight_zero_is_shown_and_gets_no_traffic(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable"), hosting.variant("canary", weight=0)))
    canary = hosting.variants(endpoint)["canary"]
    assert (canary["CurrentWeight"], canary["DesiredWeight"]) == (0.0, 0.0)
    assert {hosting.says(endpoint) for _ in range(30)} == {"stable"}
    assert hosting.says(endpoint, target="canary") == "canary"


def test_new_weights_take_effect_after_updating(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable"), hosting.variant("canary", weight=0)))
    hosting.reweigh(endpoint, stable=0, canary=5)
    moving = hosting.describe(endpoint)
    assert moving["EndpointStatus"] == "Updating"
    assert [(v["CurrentWeight"], v["DesiredWeight"]) for v in moving["ProductionVariants"]] == [(1, 0), (0, 5)]
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        hosting.reweigh(endpoint, stable=1)
    assert hosting.settled(endpoint)["EndpointStatus"] == "InService"
    assert {hosting.says(endpoint) for _ in range(20)} == {"canary"}


def test_an_update_brings_the_new_configuration_into_service(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable", hosting.model("old"))))
    new = hosting.config(hosting.variant("stable", hosting.model("new")))
    hosting.update(endpoint, new)
    pending = hosting.describe(endpoint)
    assert pending["EndpointStatus"] == "Updating"
    assert pending["PendingDeploymentSummary"]["EndpointConfigName"] == new
    assert pending["EndpointConfigName"] != new
    shown = hosting.settled(endpoint)
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", new)
    assert hosting.says(endpoint) == "new"
