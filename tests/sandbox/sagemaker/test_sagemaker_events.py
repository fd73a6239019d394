from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.sagemaker.hosting import blue_green, eventually
from tests.sandbox.sagemaker.inbox import DEPLOYMENT, Inbox

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting


def test_each_change_of_an_endpoints_status_is_an_event(hosting: Hosting, queue: str) -> None:
    endpoint = hosting.endpoint(Tags=[{"Key": "team", "Value": "risk"}])
    hosting.reweigh(endpoint, stable=5)
    hosting.settled(endpoint)
    hosting.api.delete_endpoint(EndpointName=endpoint)
    inbox = Inbox(hosting, queue, endpoint)
    kind = "SageMaker Endpoint State Change"
    eventually(lambda: len(inbox.details(kind)) == 5)
    details = inbox.details(kind)
    statuses = [detail["EndpointStatus"] for detail in details]
    assert sorted(statuses) == ["CREATING", "DELETING", "IN_SERVICE", "IN_SERVICE", "UPDATING"]
    assert all(detail["Tags"] == {"team": "risk"} for detail in details)


def test_the_steps_of_a_deployment_are_events(hosting: Hosting, queue: str) -> None:
    endpoint = hosting.endpoint()
    hosting.update(endpoint, new := hosting.config(), DeploymentConfig=blue_green(wait=1))
    inbox = Inbox(hosting, queue, endpoint)

    def steps() -> set[str]:
        details = inbox.details(DEPLOYMENT)
        pending = [detail["PendingDeploymentSummary"] for detail in details]
        assert {each["EndpointConfigName"] for each in pending} <= {new}
        return {each["ProductionVariants"][0]["VariantStatus"][0]["Status"] for each in pending}

    eventually(lambda: steps() == {"Creating", "ActivatingTraffic", "Baking"})
