"""Flags that bake, by real Terraform: a good change stays, a bad one is taken back. In this order, on one sandbox.

The environment has a KMS key of its own, which is AppConfig's then, too.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from infra.providers import variables
from lambdas.adapters.routed import RoutedEndpoints
from lambdas.adapters.world import Deployed, world
from sandbox.server import Running, start
from tests.stacks.keyed import KEY, keys_of_the_control_plane
from tests.stacks.specs import environment
from tests.stacks.terraform import Terraform
from tests.stacks.test_deploy import client, eventually
from tests.stacks.test_sticky import STICKY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.spec import Environment

pytestmark = pytest.mark.terraform

CONTROL, PLACE = "test-control", {"EnvironmentIdentifier": "feature_flags", "ApplicationIdentifier": "serinus-test"}
ALARM = "serinus-test-router-errors"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANDBOX_APPCONFIG_PACE", str(1 / 60))  # AppConfig's minutes are seconds
        with start() as sandbox:
            yield sandbox


@pytest.fixture(scope="module")
def terraform(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    folder = tmp_path_factory.mktemp("flags")
    return Terraform(folder, running.environ() | variables(folder))


def spec(*, for_all: bool, said: str = "", bake: int = 120) -> Environment:
    """Switch the flag `open`; ``bake`` in AppConfig's seconds, of which the sandbox makes a sixtieth."""
    *others, last = STICKY.flags
    made = environment(replace(STICKY, flags=(*others, replace(last, on=for_all, description=said))))
    return replace(made, kms_key=KEY, control=replace(made.control, flags_bake=bake))


def served(running: Running) -> bool:
    """Ask AppConfig, as a router does, whether `open` is on."""
    data = client(running, "appconfigdata")
    session = data.start_configuration_session(ConfigurationProfileIdentifier="feature_flags", **PLACE)
    answer = data.get_latest_configuration(ConfigurationToken=session["InitialConfigurationToken"])
    return bool(json.loads(answer["Configuration"].read())["mortgage.open"]["default"])


def states(running: Running) -> list[str]:
    """List the states of the flags' deployments, the latest first."""
    return [each["State"] for each in deployments(running)]


def deployments(running: Running) -> list[Any]:
    """List the flags' deployments, the latest first."""
    api = client(running, "appconfig")
    (application,) = api.list_applications()["Items"]
    found = {"ApplicationId": application["Id"]}
    place = next(e["Id"] for e in api.list_environments(**found)["Items"] if e["Name"] == "feature_flags")
    return list(api.list_deployments(EnvironmentId=place, **found)["Items"])


def alarm(running: Running) -> Any:
    (found,) = client(running, "cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    return found


def mailbox(running: Running) -> Any:
    """Subscribe a queue to the alarm's topic; returns what reads one message of it."""
    topics = client(running, "sns")
    topic = next(t["TopicArn"] for t in topics.list_topics()["Topics"] if t["TopicArn"].endswith("test-alarms"))
    queues = client(running, "sqs")
    url = queues.create_queue(QueueName="people")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return lambda: queues.receive_message(QueueUrl=url).get("Messages")


def test_the_first_flags_stand_at_once_and_no_new_alarm_takes_them_back(
    terraform: Terraform, running: Running
) -> None:
    terraform.synth(spec(for_all=False))
    terraform.init(CONTROL)
    terraform.applied(CONTROL)
    eventually(lambda: states(running) == ["COMPLETE"])
    assert alarm(running)["ActionsEnabled"] is False
    assert served(running) is False
    assert terraform.plan(CONTROL).code == 0


def test_profiles_and_deployments_are_under_the_environments_key(running: Running) -> None:
    found = keys_of_the_control_plane(partial(client, running))
    names = ("mortgage", "feature_flags", "feature_flags 1")
    assert {name: key for name, key in found.items() if "appconfig" in name} == {
        f"serinus appconfig {name}": KEY for name in names
    }


def test_what_a_function_deploys_is_too(running: Running) -> None:
    functions = client(running, "lambda")
    told = functions.get_function_configuration(FunctionName="serinus-test-rollback")["Environment"]["Variables"]
    made = world(Deployed.from_variables(told), lambda service, **_config: client(running, service))
    assert isinstance(made.endpoints, RoutedEndpoints)
    made.endpoints.set_stable_only("mortgage", on=True)
    assert keys_of_the_control_plane(partial(client, running))["serinus appconfig mortgage 1"] == KEY


def test_a_good_change_bakes_and_stays(terraform: Terraform, running: Running) -> None:
    terraform.synth(spec(for_all=True))
    terraform.applied(CONTROL)
    assert alarm(running)["ActionsEnabled"] is True
    eventually(lambda: states(running) == ["COMPLETE", "COMPLETE"])
    assert served(running) is True
    assert terraform.plan(CONTROL).code == 0


def test_a_change_under_which_the_router_fails_is_taken_back_and_people_are_told(
    terraform: Terraform, running: Running
) -> None:
    told = mailbox(running)
    terraform.synth(spec(for_all=False, bake=3_600))
    terraform.applied(CONTROL)
    assert states(running)[0] in {"DEPLOYING", "BAKING"}
    functions = client(running, "lambda")

    def fails_until_taken_back() -> bool:
        answer = functions.invoke(FunctionName="serinus-test-router", Payload=b"[]")  # no event: the router raises
        assert answer["FunctionError"]
        return states(running)[0] == "ROLLED_BACK"

    eventually(fails_until_taken_back, timeout=55)
    assert served(running) is True
    message = json.loads(json.loads(eventually(told)[0]["Body"])["Message"])
    assert (message["AlarmName"], message["NewStateValue"]) == (ALARM, "ALARM")
    assert "AppConfig takes back the feature flags" in message["AlarmDescription"]


def test_every_plan_then_warns_and_proposes_nothing(terraform: Terraform) -> None:
    planned = terraform.plan(CONTROL)
    assert planned.code == 0
    assert "AppConfig took the last change of test's feature flags back" in planned.text


def test_the_same_flags_with_another_description_are_tried_again(terraform: Terraform, running: Running) -> None:
    eventually(lambda: alarm(running)["StateValue"] == "OK")
    terraform.synth(spec(for_all=False, said="mended", bake=1_800))
    assert "took the last change" not in terraform.applied(CONTROL).text
    eventually(lambda: served(running) is False)


def test_another_change_waits_until_they_have_baked(terraform: Terraform, running: Running) -> None:
    assert deployments(running)[0]["State"] in {"DEPLOYING", "BAKING"}
    terraform.synth(spec(for_all=True, bake=2_700))
    terraform.applied(CONTROL)
    last, before = deployments(running)[:2]
    assert before["State"] == "COMPLETE"
    assert last["StartedAt"] >= before["CompletedAt"]
    eventually(lambda: served(running) is True)


def test_nothing_can_be_destroyed_under_a_bake_and_all_of_it_after(terraform: Terraform, running: Running) -> None:
    assert deployments(running)[0]["State"] in {"DEPLOYING", "BAKING"}
    refused = terraform.destroy(CONTROL)
    assert refused.code == 1
    assert "has a deployment in progress" in refused.text
    eventually(lambda: deployments(running)[0]["State"] == "COMPLETE", timeout=90)
    terraform.destroyed(CONTROL)
