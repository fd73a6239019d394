"""An asynchronous endpoint, deployed for real: good, bad, and good again, while requests are in its queue.

The environment has a KMS key of its own, so that one is applied for real, too.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from infra.providers import variables
from infra.spec import (
    AgeBound,
    Asynchronous,
    Autoscaling,
    ErrorRateBound,
    Instance,
    Native,
    Serverless,
    Size,
    Strategy,
)
from infra.spec.keys import with_keys
from infra.spec.secrets import secret
from lambdas.rollout.guardrails import Alarm
from lambdas.rollout.state import Kind, Phase
from sandbox.server import start
from tests.sandbox.sagemaker.hosting import eventually
from tests.stacks.asking import Asking
from tests.stacks.keyed import KEY, keys_of_the_control_plane
from tests.stacks.specs import ENDPOINT, V1, environment
from tests.stacks.terraform import Terraform
from tests.stacks.test_native import CONTROL, MODEL_SERVER, SERVING, Deploys, model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.spec import Environment, ModelVersion
    from lambdas.rollout.native.line import Deployment

pytestmark = pytest.mark.terraform

PAYLOAD = "s3cr3t-4711"
"""Is part of every request."""
WAIT, LONG = 2, 120
"""Seconds to bake; long enough for an alarm to end it."""
NAME, BUCKET = "scans", "scans-123456789012"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:scans"
QUEUE = Asynchronous(
    from_=f"s3://{BUCKET}/requests",
    to=f"s3://{BUCKET}/answers",
    failures=f"s3://{BUCKET}/failures",
    max_concurrent=2,
    success_topic=TOPIC,
    error_topic=TOPIC,
)
SCALED = Autoscaling(minimum=0, maximum=4, backlog_per_instance=5)
FINE = replace(V1, environment={"SAYS": "fine"})
BOUNDS = (ErrorRateBound("error_rate", 0.2, Alarm(breaches=1, periods=1, min_requests=5)), AgeBound("age", 3_600))


def serving(version: ModelVersion, wait: int) -> Environment:
    """Serve that version by a canary of one of two instances; ``wait`` seconds are baked after each stage.

    Beside it stand what else has native mode only: a queue whose fleet may be empty, and a serverless endpoint.
    """
    native = Native("native", Strategy.CANARY, Size(instances=1), wait, wait, 600, alarms=BOUNDS)
    at_once = Native("native", Strategy.ALL_AT_ONCE, baking=WAIT, timeout=600, alarms=BOUNDS[:1])
    always = replace(ENDPOINT, name=NAME, stable=version, rollout=native, instance=Instance("ml.g5.xlarge", 2))
    made = environment(
        replace(always, async_=QUEUE),
        replace(ENDPOINT, name="nightly", stable=FINE, rollout=at_once, async_=QUEUE, autoscaling=SCALED),
        replace(
            ENDPOINT, name="seldom", stable=version, rollout=at_once, instance=None, serverless=Serverless(2048, 5)
        ),
        name="native",
    )
    return with_keys(replace(made, kms_key=KEY))


def asks(deploys: Deploys, endpoint: str = NAME) -> Asking:
    """Ask an endpoint, faster than it answers."""
    return Asking(deploys, BUCKET, endpoint, PAYLOAD)


@pytest.fixture(scope="module")
def deploys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deploys]:
    folder = tmp_path_factory.mktemp("asynchronous")
    images = folder / "images.json"
    images.write_text(json.dumps({V1.image: [sys.executable, str(MODEL_SERVER)]}))
    with start(images=images) as sandbox:
        terraform = Terraform(folder, sandbox.environ() | variables(folder))
        made = Deploys(terraform, sandbox)
        location = {"LocationConstraint": "eu-west-1"}
        made.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        made.client("sns").create_topic(Name="scans")
        made.client("sqs").create_queue(QueueName="told")
        queue = "arn:aws:sqs:eu-west-1:123456789012:told"
        made.client("sns").subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=queue)
        terraform.synth(serving(model("v1"), WAIT))
        for stack in (CONTROL, SERVING):
            terraform.init(stack)
            terraform.applied(stack)
        yield made


def told(deploys: Deploys) -> int:
    """Count the messages that the topic has had."""
    sqs = deploys.client("sqs")
    url = sqs.get_queue_url(QueueName="told")["QueueUrl"]
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(shown["Attributes"]["ApproximateNumberOfMessages"])


@pytest.fixture(scope="module")
def good(deploys: Deploys) -> Asking:
    """Deploy a version that is fine, with a queue that grows meanwhile."""
    deploys.terraform.synth(serving(model("v2"), WAIT))
    with asks(deploys) as asking:
        eventually(lambda: len(asking.sent) > 20)
        deploys.terraform.applied(SERVING)
    return asking


def test_a_good_version_takes_the_queue_over_and_no_request_is_lost(good: Asking, deploys: Deploys) -> None:
    answers = [good.settled(sent) for sent in good.sent]
    assert None not in answers
    assert {json.loads(answer or b"")["says"] for answer in answers} == {"v1", "v2"}
    assert told(deploys) == len(good.sent) + 4  # and two test notifications to each endpoint with topics
    deployment = deploys.ended(NAME, 1)
    assert (deployment.phase, deployment.after) == (Phase.PROMOTED, deploys.live(NAME))
    assert [line.serving for line in deployment.lines if line.fact == "new Baking"] == [1, 2]
    assert deploys.terraform.plan(SERVING).code == 0


def test_everything_is_under_the_environments_key(good: Asking, deploys: Deploys) -> None:
    assert good.sent
    found = keys_of_the_control_plane(deploys.client)
    assert len(found) > 10
    assert set(found.values()) == {KEY}


def test_volumes_are_but_for_disks_of_an_instances_own(good: Asking, deploys: Deploys) -> None:
    assert good.sent
    described = {
        name: deploys.client("sagemaker").describe_endpoint_config(EndpointConfigName=deploys.live(name))
        for name in (NAME, "nightly", "seldom")
    }
    volumes = {name: each.get("KmsKeyId") for name, each in described.items()}
    assert volumes == {NAME: None, "nightly": KEY, "seldom": KEY}
    written = [each["AsyncInferenceConfig"]["OutputConfig"]["KmsKeyId"] for each in list(described.values())[:2]]
    assert written == [KEY, KEY]


def test_neither_state_nor_plan_nor_ledger_nor_logs_hold_a_payload_or_a_secret(
    good: Asking, deploys: Deploys
) -> None:
    assert good.sent
    planned = deploys.terraform.plan(SERVING).output
    states = [path.read_text() for path in (deploys.terraform.folder / "state").glob("*.tfstate")]
    items = deploys.client("dynamodb").scan(TableName="serinus-native-ledger")["Items"]
    logs = deploys.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    logged = [str(logs.filter_log_events(logGroupName=group)["events"]) for group in groups]
    assert len(states) == 2
    assert any("START RequestId" in each for each in logged)
    for text in (planned, str(items), *states, *logged):
        assert [line for line in text.splitlines() if secret("", line)] == []
        assert PAYLOAD not in text


@pytest.fixture(scope="module")
def bad(good: Asking, deploys: Deploys) -> tuple[str, str, Asking]:
    """Deploy a version that dies of every request: nobody hears of an error, there is just no answer."""
    assert good.sent
    before = deploys.live(NAME)
    dying = replace(model("v3"), environment={"SAYS": "v3", "HABIT": '{"do": "die"}'})
    deploys.terraform.synth(serving(dying, LONG))
    with asks(deploys) as asking:
        outcome = deploys.terraform.apply(SERVING)
    assert outcome.code == 1
    return before, outcome.text, asking


def test_a_version_that_answers_nothing_is_taken_back_by_its_alarm(
    bad: tuple[str, str, Asking], deploys: Deploys
) -> None:
    before, text, asking = bad
    assert f"SageMaker rolled the deployment of {NAME} back" in text
    assert deploys.live(NAME) == before
    deployment = deploys.ended(NAME, 2)
    assert (deployment.phase, deployment.before) == (Phase.ROLLED_BACK, before)
    assert f"serinus.native.{NAME}.stable.error_rate" in deployment.lines[-1].reason
    answers = [asking.settled(sent) for sent in asking.sent]
    assert {json.loads(answer)["says"] for answer in answers if answer} == {"v2"}
    assert 5 <= answers.count(None) < len(answers)


def test_nothing_takes_a_serverless_endpoint_back_but_people_are_told(
    bad: tuple[str, str, Asking], deploys: Deploys
) -> None:
    assert "deployment of seldom" not in bad[1]
    for _ in range(10):
        with pytest.raises(ClientError, match="ModelError"):
            ask_seldom(deploys)

    def warned() -> Deployment | None:
        (*_, last) = deploys.history("seldom")
        return last if last.lines[-1].kind is Kind.PAUSE else None

    deployment: Deployment = eventually(warned, 60)
    assert (deployment.number, deployment.phase, deployment.ended) == (2, Phase.PROMOTED, True)
    assert "serinus.native.seldom.stable.error_rate" in deployment.lines[-1].reason


def ask_seldom(deploys: Deploys) -> str:
    runtime = deploys.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName="seldom", Body=b"{}", ContentType="application/json")
    return str(json.load(answer["Body"])["says"])


def test_the_next_good_deploy_finishes_and_plans_nothing_more(bad: tuple[str, str, Asking], deploys: Deploys) -> None:
    assert deploys.terraform.plan(SERVING).code == 2
    deploys.terraform.synth(serving(model("v4"), WAIT))
    deploys.terraform.applied(SERVING)
    assert deploys.live(NAME) != bad[0]
    assert deploys.configurations() == {deploys.live(name) for name in (NAME, "nightly", "seldom")}
    assert deploys.terraform.plan(SERVING).code == 0
    with asks(deploys) as asking:
        eventually(lambda: asking.sent)
    assert json.loads(asking.settled(asking.sent[0]) or b"")["says"] == "v4"
    assert ask_seldom(deploys) == "v4"


def test_a_fleet_that_is_empty_now_is_no_change_and_its_requests_wait(
    bad: tuple[str, str, Asking], deploys: Deploys
) -> None:
    assert bad
    scale(deploys, 0)
    with asks(deploys, "nightly") as asking:
        eventually(lambda: asking.sent)
    assert deploys.terraform.plan(SERVING).code == 0
    assert asking.read(asking.sent[0]["OutputLocation"]) is None
    scale(deploys, 1)
    assert json.loads(asking.settled(asking.sent[0]) or b"")["says"] == "fine"


def scale(deploys: Deploys, count: int) -> None:
    """Do what autoscaling would do."""
    sagemaker = deploys.client("sagemaker")
    wanted = [{"VariantName": "stable", "DesiredInstanceCount": count}]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName="nightly", DesiredWeightsAndCapacities=wanted)
    eventually(lambda: sagemaker.describe_endpoint(EndpointName="nightly")["EndpointStatus"] == "InService")
