"""Rolling updates: fleets batch by batch, there and back, as DescribeEndpoint and the events tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.sandbox.sagemaker.hosting import eventually, pair, ring
from tests.sandbox.sagemaker.inbox import DEPLOYMENT, Inbox

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting

HALF = {"Type": "CAPACITY_PERCENT", "Value": 50}
ONE = {"Type": "INSTANCE_COUNT", "Value": 1}

Moment = tuple[int, str, int, str]
"""Old instances and what is done to them, new instances with traffic and what is done to them."""


def rolling(wait: int, alarm: str = "", **more: Any) -> dict[str, Any]:
    policy = {"MaximumBatchSize": HALF, "WaitIntervalInSeconds": wait} | more
    rollback = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}} if alarm else {}
    return {"RollingUpdatePolicy": policy} | rollback


def moments(inbox: Inbox) -> set[Moment]:
    return {moment(detail) for detail in inbox.details(DEPLOYMENT) if "PendingDeploymentSummary" in detail}


def moment(shown: Any) -> Moment:
    (old,), (new,) = shown["ProductionVariants"], shown["PendingDeploymentSummary"]["ProductionVariants"]
    return old["CurrentInstanceCount"], doing(old), new["CurrentInstanceCount"], doing(new)


def doing(variant: Any) -> str:
    (status,) = variant.get("VariantStatus") or [{"Status": "", "StatusMessage": ""}]
    counted = [word for word in status["StatusMessage"].split() if word.isdigit()]
    return f"{status['Status']} {counted[-1]}" if counted else status["Status"]


def test_instances_are_replaced_batch_by_batch(hosting: Hosting, queue: str) -> None:
    endpoint, _, new = pair(hosting)
    hosting.update(endpoint, new, DeploymentConfig=rolling(1))
    assert hosting.settled(endpoint)["EndpointConfigName"] == new
    inbox = Inbox(hosting, queue, endpoint)
    expected = {
        (4, "", 0, "Creating 2"),
        (4, "", 2, "ActivatingTraffic 2"),
        (4, "", 2, "Baking 2"),
        (2, "Deleting 2", 2, "Baking 2"),
        (2, "", 2, "Updating 2"),
        (2, "", 4, "ActivatingTraffic 4"),
        (2, "", 4, "Baking 4"),
        (2, "Deleting 2", 4, "Baking 4"),
    }
    eventually(lambda: moments(inbox) >= expected)
    assert moments(inbox) == expected


def test_a_rollback_brings_old_instances_back_in_batches_of_their_own(
    hosting: Hosting, queue: str, alarm: str
) -> None:
    endpoint, old, new = pair(hosting)
    hosting.update(endpoint, new, DeploymentConfig=rolling(3, alarm, RollbackMaximumBatchSize=ONE))
    eventually(lambda: "Baking 4" in doing_now(hosting, endpoint))
    ring(hosting, alarm)
    shown = hosting.settled(endpoint)
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", old)
    assert shown["ProductionVariants"][0]["CurrentInstanceCount"] == 4
    inbox = Inbox(hosting, queue, endpoint)
    back = {
        (2, "", 3, "Deleting 1"),  # one old instance gets its traffic back: two are there still
        (2, "", 2, "Deleting 1"),
        (2, "Updating 1", 2, "Deleting 1"),  # the others must be launched again
        (3, "", 1, "Deleting 1"),
        (3, "Updating 1", 1, "Deleting 1"),
        (4, "", 0, "Deleting 1"),
    }
    eventually(lambda: moments(inbox) >= back)


def test_without_a_size_a_rollback_brings_everything_back_at_once(hosting: Hosting, queue: str, alarm: str) -> None:
    endpoint, old, new = pair(hosting)
    hosting.update(endpoint, new, DeploymentConfig=rolling(3, alarm))
    eventually(lambda: "Baking 4" in doing_now(hosting, endpoint))
    ring(hosting, alarm)
    assert hosting.settled(endpoint)["EndpointConfigName"] == old
    inbox = Inbox(hosting, queue, endpoint)
    eventually(lambda: moments(inbox) >= {(2, "Updating 2", 4, "Baking 4"), (4, "", 0, "Deleting 4")})
    assert not [moment for moment in moments(inbox) if moment[2] not in (0, 2, 4)]


def doing_now(hosting: Hosting, endpoint: str) -> str:
    shown = hosting.describe(endpoint)
    return doing(shown["PendingDeploymentSummary"]["ProductionVariants"][0])
