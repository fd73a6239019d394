from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.__main__ import register_image
from tests.sandbox.sagemaker.hosting import blue_green, eventually, name, pair, ring

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting

CANARY = {
    "Type": "CANARY",
    "WaitIntervalInSeconds": 600,  # until an alarm ends it, however busy the machine is
    "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 25},
}
LINEAR = {
    "Type": "LINEAR",
    "WaitIntervalInSeconds": 1,
    "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
}
ROLLING = {
    "RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 1,
    }
}


def pending(hosting: Hosting, endpoint: str) -> Any:
    variants = hosting.describe(endpoint).get("PendingDeploymentSummary", {}).get("ProductionVariants")
    return variants and variants[0]


def baking(hosting: Hosting, endpoint: str, instances: int) -> Any:
    def found() -> Any:
        variant = pending(hosting, endpoint)
        status = variant and variant["VariantStatus"][0]
        return status and status["Status"] == "Baking" and variant["CurrentInstanceCount"] == instances and status

    return eventually(found)


def said(hosting: Hosting, endpoint: str, times: int) -> Counter[str]:
    return Counter(hosting.says(endpoint) for _ in range(times))


def test_all_at_once_bakes_with_the_whole_traffic_and_then_finishes(hosting: Hosting) -> None:
    endpoint, old, new = pair(hosting)
    hosting.update(endpoint, new, DeploymentConfig=blue_green(wait=1))
    assert pending(hosting, endpoint)["VariantStatus"][0]["StatusMessage"] == "Launching 4 instance(s)."
    status = baking(hosting, endpoint, 4)
    assert status["StatusMessage"] == (
        "Baking for 1 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity of 4 instance(s)."
    )
    assert hosting.describe(endpoint)["EndpointConfigName"] == old
    assert said(hosting, endpoint, 20) == {"new": 20}
    shown = hosting.settled(endpoint)
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", new)
    assert "PendingDeploymentSummary" not in shown


def test_a_canary_gets_its_instances_share_of_the_traffic_first(hosting: Hosting, alarm: str) -> None:
    endpoint, _, new = pair(hosting)
    hosting.update(endpoint, new, DeploymentConfig=blue_green(CANARY, alarms=(alarm,)))
    baking(hosting, endpoint, 1)
    counts = said(hosting, endpoint, 200)
    assert 20 <= counts["new"] <= 85  # 50 expected; six standard deviations
    ring(hosting, alarm)
    hosting.settled(endpoint)
    assert said(hosting, endpoint, 20) == {"old": 20}


@pytest.mark.parametrize("deployment", [blue_green(LINEAR), ROLLING], ids=["linear", "rolling"])
def test_traffic_moves_in_steps(hosting: Hosting, deployment: dict[str, Any]) -> None:
    endpoint, _, new = pair(hosting)
    hosting.update(endpoint, new, DeploymentConfig=deployment)
    baking(hosting, endpoint, 2)
    assert set(said(hosting, endpoint, 40)) == {"old", "new"}
    assert hosting.settled(endpoint)["EndpointConfigName"] == new
    assert said(hosting, endpoint, 20) == {"new": 20}


def test_an_alarm_rolls_back_silently(hosting: Hosting, alarm: str) -> None:
    endpoint, old, new = pair(hosting)
    hosting.update(endpoint, new, DeploymentConfig=blue_green(wait=60, alarms=(alarm,)))
    baking(hosting, endpoint, 4)
    ring(hosting, alarm)
    shown = hosting.settled(endpoint)
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", old)
    assert alarm in shown["FailureReason"]
    assert "PendingDeploymentSummary" not in shown
    assert said(hosting, endpoint, 20) == {"old": 20}


def test_an_alarm_that_rings_already_takes_the_update_back(hosting: Hosting, alarm: str) -> None:
    endpoint, old, new = pair(hosting)
    ring(hosting, alarm)
    hosting.update(endpoint, new, DeploymentConfig=blue_green(wait=60, alarms=(alarm,)))
    assert hosting.settled(endpoint)["EndpointConfigName"] == old


@pytest.mark.parametrize("broken", ["unhealthy", "unknown image", "no model data"])
def test_a_container_that_does_not_come_up_rolls_back_silently(hosting: Hosting, broken: str) -> None:
    endpoint, old, _ = pair(hosting)
    model = {
        "unhealthy": lambda: hosting.model(environment={"PING": "never"}),
        "unknown image": lambda: hosting.model(image="nobody/knows:1"),
        "no model data": lambda: hosting.model(ModelDataUrl="s3://no-bucket/model.tar.gz"),
    }[broken]()
    hosting.update(endpoint, hosting.config(hosting.variant("stable", model)))
    shown = hosting.settled(endpoint)
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("InService", old)
    reason = {
        "unhealthy": "production variant stable did not pass the ping health check",
        "unknown image": "nobody/knows:1 not found",
        "no model data": 'from URL: "s3://no-bucket/model.tar.gz"',
    }[broken]
    assert reason in shown["FailureReason"]
    assert hosting.says(endpoint) == "old"


def test_a_new_endpoint_whose_container_does_not_come_up_has_failed(hosting: Hosting) -> None:
    config = hosting.config(hosting.variant("stable", hosting.model(environment={"PING": "never"})))
    hosting.api.create_endpoint(EndpointName="stillborn", EndpointConfigName=config)
    shown = hosting.settled("stillborn")
    assert shown["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in shown["FailureReason"]
    with pytest.raises(Exception, match="can only be deleted"):
        hosting.update("stillborn", config)
    hosting.api.delete_endpoint(EndpointName="stillborn")


def test_when_the_old_fleet_cannot_come_back_either_the_new_one_goes_on(
    hosting: Hosting, alarm: str, tmp_path: Path
) -> None:
    script = tmp_path / "server.py"
    shutil.copy(Path(__file__).parent / "model_server.py", script)
    image = name("image")
    register_image(hosting.running.directory, image, [sys.executable, str(script)])
    old = hosting.config(hosting.variant("stable", hosting.model("old", image=image)))
    new = hosting.config(hosting.variant("stable", hosting.model("new")))
    endpoint = hosting.endpoint(old)
    process = hosting.answer(endpoint)["pid"]
    hosting.update(endpoint, new, DeploymentConfig=blue_green(wait=60, alarms=(alarm,)))
    baking(hosting, endpoint, 1)
    script.unlink()
    os.kill(process, signal.SIGKILL)
    ring(hosting, alarm)
    shown = hosting.settled(endpoint)
    assert (shown["EndpointStatus"], shown["EndpointConfigName"]) == ("UpdateRollbackFailed", old)
    assert hosting.says(endpoint) == "new"
    third = hosting.config(hosting.variant("stable", hosting.model("third")))
    hosting.update(endpoint, third)
    assert hosting.settled(endpoint)["EndpointConfigName"] == third
    assert hosting.says(endpoint) == "third"


def test_no_request_fails_while_fleets_are_swapped(hosting: Hosting) -> None:
    endpoint, _, new = pair(hosting)
    answers: Counter[str] = Counter()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                answers[hosting.says(endpoint)] += 1
            except Exception as error:  # noqa: BLE001 - whatever a client sees counts
                answers[repr(error)] += 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    hosting.update(endpoint, new, DeploymentConfig=blue_green(LINEAR, wait=0))
    hosting.settled(endpoint)
    done.set()
    for thread in threads:
        thread.join()
    assert set(answers) == {"old", "new"}


def test_a_request_in_flight_is_answered_by_the_fleet_that_took_it(hosting: Hosting) -> None:
    endpoint, _, new = pair(hosting)
    answers: list[str] = []
    slow = threading.Thread(target=lambda: answers.append(hosting.answer(endpoint, seconds=1.5)["says"]))
    slow.start()
    hosting.update(endpoint, new)
    hosting.settled(endpoint)
    slow.join()
    assert answers == ["old"]
