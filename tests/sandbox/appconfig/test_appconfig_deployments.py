from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.appconfig.strategy import Strategy
from tests.sandbox.appconfig.store import Store, refused

if TYPE_CHECKING:
    from tests.conftest import Sandbox


@pytest.fixture
def store(sandbox: Sandbox) -> Store:
    return Store(sandbox)


def test_a_deployment_goes_through_its_states_and_tells_its_events(store: Store) -> None:
    number = store.deploy(store.version({"a": 1}), store.strategy(minutes=1, factor=50, bake=1))
    seen = [store.state(number)]

    def over() -> bool:
        if (state := store.state(number)) != seen[-1]:
            seen.append(state)
        return state == "COMPLETE"

    store.sandbox.eventually(over)
    assert seen == ["DEPLOYING", "BAKING", "COMPLETE"]
    told = store.api.get_deployment(**store.here, DeploymentNumber=number)
    assert told["PercentageComplete"] == 100
    assert [event["EventType"] for event in told["EventLog"]] == [
        "DEPLOYMENT_COMPLETED",
        "BAKE_TIME_STARTED",
        "DEPLOYMENT_STARTED",
    ]


def test_one_deployment_at_a_time_in_an_environment(store: Store) -> None:
    version, strategy = store.version({}), store.strategy(bake=60)
    number = store.deploy(version, strategy)
    other = store.api.create_configuration_profile(ApplicationId=store.app, Name="other", LocationUri="hosted")["Id"]
    store.settled(number, "BAKING")
    refused("ConflictException", lambda: store.deploy(version, strategy), "in progress")
    refused("ConflictException", lambda: store.api.delete_environment(**store.here))
    assert store.api.get_environment(**store.here)["State"] == "Deploying"
    store.api.stop_deployment(**store.here, DeploymentNumber=number, AllowRevert=True)
    store.settled(number, "ROLLED_BACK")
    store.settled(store.deploy(version))
    store.api.delete_configuration_profile(ApplicationId=store.app, ConfigurationProfileId=other)


def test_a_deployment_starts_from_the_one_that_is_named(store: Store) -> None:
    version = store.version({})
    store.settled(store.deploy(version, LatestDeploymentNumber=0))
    refused("ConflictException", lambda: store.deploy(version, LatestDeploymentNumber=0))
    store.settled(store.deploy(version, LatestDeploymentNumber=1))
    numbers = [each["DeploymentNumber"] for each in store.api.list_deployments(**store.here)["Items"]]
    assert numbers == [2, 1]


@pytest.mark.parametrize("state", ["ALARM", "INSUFFICIENT_DATA"])
def test_a_monitor_rolls_back(sandbox: Sandbox, state: str) -> None:
    alarm, watch = sandbox.name("alarm"), sandbox.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Nothing",
        MetricName="n",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    watch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="a test")
    arn = watch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]["AlarmArn"]
    store = Store(sandbox, monitors=(arn,))
    store.settled(store.deploy(store.version({"a": 1})))
    number = store.deploy(store.version({"a": 2}), store.strategy(bake=60))
    sandbox.eventually(lambda: store.served() == {"a": 2})
    watch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="a test")
    store.settled(number, "ROLLED_BACK")
    assert store.served() == {"a": 1}
    events = store.api.get_deployment(**store.here, DeploymentNumber=number)["EventLog"]
    assert ("ROLLBACK_STARTED", "CLOUDWATCH_ALARM") in [(each["EventType"], each["TriggeredBy"]) for each in events]
    assert store.api.get_environment(**store.here)["State"] == "RolledBack"
    watch.disable_alarm_actions(AlarmNames=[alarm])
    store.settled(store.deploy(store.version({"a": 3})))


def test_what_was_deployed_outlives_its_version_and_is_gone_back_to(store: Store) -> None:
    first = store.version({"a": 1})
    store.settled(store.deploy(first))
    number = store.deploy(store.version({"a": 2}), store.strategy(bake=60))
    store.sandbox.eventually(lambda: store.served() == {"a": 2})
    profile = {"ApplicationId": store.app, "ConfigurationProfileId": store.profile}
    store.api.delete_hosted_configuration_version(**profile, VersionNumber=int(first))
    store.api.stop_deployment(**store.here, DeploymentNumber=number, AllowRevert=True)
    store.settled(number, "ROLLED_BACK")
    assert store.served() == {"a": 1}


def test_what_is_deploying_can_be_stopped_and_what_is_complete_reverted(store: Store) -> None:
    store.settled(store.deploy(store.version({"a": 1})))
    slow = store.deploy(store.version({"a": 2}), store.strategy(minutes=60, factor=1))
    store.api.stop_deployment(**store.here, DeploymentNumber=slow)
    store.settled(slow, "ROLLED_BACK")
    refused("BadRequestException", lambda: store.api.stop_deployment(**store.here, DeploymentNumber=slow))
    number = store.deploy(store.version({"a": 3}))
    store.settled(number)
    refused("BadRequestException", lambda: store.api.stop_deployment(**store.here, DeploymentNumber=number))
    store.api.stop_deployment(**store.here, DeploymentNumber=number, AllowRevert=True)
    assert (store.state(number), store.served()) == ("REVERTED", {"a": 1})


def test_versions_are_validated_locked_and_labelled(sandbox: Sandbox) -> None:
    store = Store(sandbox, schema={"type": "object", "required": ["a"]})
    told = refused("BadRequestException", lambda: store.version({}), "'a' is a required property")
    assert told["Details"]["InvalidConfiguration"][0]["Constraint"] == "required"
    assert store.version({"a": 1}, LatestVersionNumber=0, VersionLabel="first") == 1
    refused("ConflictException", lambda: store.version({"a": 2}, LatestVersionNumber=0))
    refused("ConflictException", lambda: store.version({"a": 2}, VersionLabel="first"))
    assert store.version({"a": 2}, LatestVersionNumber=1) == 2
    listed = store.api.list_hosted_configuration_versions(**store.there, MaxResults=1)["Items"]
    assert [each["VersionNumber"] for each in listed] == [2]
    found = store.api.get_hosted_configuration_version(**store.there, VersionNumber=1)
    assert (found["Content"].read(), found["VersionLabel"], found.get("Description")) == (b'{"a": 1}', "first", None)
    store.settled(store.deploy("first"))
    stricter = [{"Type": "JSON_SCHEMA", "Content": '{"required": ["b"]}'}]
    store.api.update_configuration_profile(**store.there, Validators=stricter)
    refused("BadRequestException", lambda: store.deploy(2), "'b' is a required property")


def test_what_holds_something_is_not_deleted(store: Store) -> None:
    version = store.version({})
    for call in (
        lambda: store.api.delete_configuration_profile(**store.there),
        lambda: store.api.delete_application(ApplicationId=store.app),
    ):
        refused("BadRequestException", call, "Cannot delete")
    store.api.delete_hosted_configuration_version(**store.there, VersionNumber=version)
    store.api.delete_configuration_profile(**store.there)
    store.api.delete_environment(**store.here)
    store.api.delete_application(ApplicationId=store.app)
    refused("ResourceNotFoundException", lambda: store.api.get_environment(**store.here))


def test_the_keys_of_profiles_and_deployments_are_told(store: Store) -> None:
    key, other = (f"arn:aws:kms:eu-west-1:123456789012:key/{each}" for each in ("1234", "5678"))
    assert "KmsKeyArn" not in store.api.get_configuration_profile(**store.there)
    changed = store.api.update_configuration_profile(**store.there, KmsKeyIdentifier=key)
    assert changed["KmsKeyArn"] == store.api.get_configuration_profile(**store.there)["KmsKeyIdentifier"] == key
    assert store.api.update_configuration_profile(**store.there, Description="as before")["KmsKeyArn"] == key
    assert "KmsKeyArn" not in store.api.update_configuration_profile(**store.there, KmsKeyIdentifier="")
    made = store.api.create_configuration_profile(
        ApplicationId=store.app, Name="other", LocationUri="hosted", KmsKeyIdentifier=other
    )
    assert (made["Name"], made["KmsKeyArn"]) == ("other", other)
    number = store.deploy(store.version({}), KmsKeyIdentifier=key)
    assert store.api.get_deployment(**store.here, DeploymentNumber=number)["KmsKeyArn"] == key


def test_growth() -> None:
    linear = Strategy("s", "s", 600, 20)
    assert [linear.share(hours * 60) for hours in (0, 1, 2, 4, 9.9, 10)] == [0, 0, 20, 40, 80, 100]
    doubling = Strategy("s", "s", 60, 2, growth="EXPONENTIAL")
    assert [doubling.share(minutes) for minutes in (0, 10, 20, 30, 59, 60)] == [0, 2, 4, 8, 32, 100]
