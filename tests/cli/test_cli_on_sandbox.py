"""The command as people run it: a process, real adapters, and AWS on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from cli.connect import deployed
from cli.exits import Exit
from infra.spec import load
from lambdas.adapters.world import world
from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.rollout.documents import encode_release
from lambdas.rollout.names import config_prefix
from lambdas.rollout.state import Phase
from sandbox.environment import without_aws
from tests.cli.histories import PAIR
from tests.sandbox.roles import role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.control.world import World
    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = """\
account: "123456789012"
region: eu-west-1
state: {local: out/state}
endpoints:
  mortgage:
    instance: {type: ml.m5.large, count: 1}
    stable: {version: "2026.10", image: "serinus/hmda:1", model_data: "s3://models-123456789012/v1.tar.gz"}
    rollout: {mode: native, strategy: all_at_once}
"""
NOTHING_HAPPENS = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})


@dataclass(frozen=True)
class Operator:
    """Somebody with a terminal."""

    environ: dict[str, str]

    def types(self, *argv: str, **environ: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli.main", *argv]
        return subprocess.run(
            command, cwd=ROOT, env=self.environ | environ, capture_output=True, text=True, timeout=60, check=False
        )

    def asks(self, *argv: str) -> Any:
        done = self.types(*argv, "--json")
        assert done.returncode == Exit.FINE, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def operator(hosting: Hosting, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    folder = tmp_path_factory.mktemp("environments")
    for name in ("cli", "absent"):
        (folder / f"{name}.yaml").write_text(ENVIRONMENT)
    return Operator(hosting.running.environ() | {"SERINUS_ENVIRONMENTS": str(folder)})


@pytest.fixture(scope="module")
def control(sandbox: Sandbox, hosting: Hosting, operator: Operator) -> World:
    """Create what the control stack creates, as far as the commands need it."""
    place = deployed(load(Path(operator.environ["SERINUS_ENVIRONMENTS"]) / "cli.yaml"))
    hosting.client("dynamodb").create_table(
        TableName=place.ledger,
        KeySchema=[{"AttributeName": "endpoint", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("endpoint", "item")],
        BillingMode="PAY_PER_REQUEST",
    )
    hosting.client("sns").create_topic(Name=place.topic_arn.rpartition(":")[2])
    machine, taken = place.workflow_arn.rpartition(":")[2], role(sandbox, "states")
    hosting.client("stepfunctions").create_state_machine(name=machine, definition=NOTHING_HAPPENS, roleArn=taken)
    session = boto3.Session("test", "test", region_name="eu-west-1")

    def client(service: Any, **more: Any) -> Any:
        return session.client(service, endpoint_url=hosting.running.url, **more)

    return replace(world(place, client), settle=0)


@pytest.fixture(scope="module")
def rollout(hosting: Hosting, control: World) -> World:
    """Deploy a canary beside stable, as the serving stack does, and take it to its first step."""
    config = config_prefix("mortgage", PAIR.pair, PAIR.shape) + "0001"
    variants = [hosting.variant("stable", weight=10_000), hosting.variant("canary", weight=0)]
    hosting.api.create_endpoint_config(EndpointConfigName=config, ProductionVariants=variants)
    hosting.api.create_endpoint(EndpointName="mortgage", EndpointConfigName=config)
    hosting.settled("mortgage")
    release = {"endpoint": "mortgage", "item": "release", "document": encode_release(replace(PAIR, alarms=()))}
    hosting.client("dynamodb").put_item(
        TableName="serinus-cli-ledger", Item={key: {"S": value} for key, value in release.items()}
    )
    begin_rollout(control, "mortgage")
    advance(control, "mortgage")
    hosting.settled("mortgage")
    return control


def test_a_rollout_is_operated_from_the_command_line(
    hosting: Hosting, operator: Operator, rollout: World, tmp_path: Path
) -> None:
    (status,) = operator.asks("status", "cli")["endpoints"]
    assert status["live"]["canary_weight"] == status["rollout"]["weight"] == 500
    assert status["difference"] is None

    advance(rollout, "mortgage")
    assert operator.asks("pause", "cli", "--reason", "lunch")["entry"]["phase"] == "PAUSED"
    assert operator.types("promote", "cli").returncode == Exit.NOTHING
    assert operator.asks("resume", "cli")["entry"]["phase"] == "PROGRESSING"
    aborted = operator.asks("abort", "cli", "mortgage", "--reason", "not today")["entry"]
    assert aborted["cause"].startswith("operator arn:aws:")
    hosting.settled("mortgage")
    assert {name: v["CurrentWeight"] for name, v in hosting.variants("mortgage").items()} == {
        "stable": 10_000.0,
        "canary": 0.0,
    }

    while (found := rollout.ledger.load("mortgage").rollout) and found.phase is not Phase.ROLLED_BACK:
        advance(rollout, "mortgage")
    kinds = [entry["kind"] for entry in operator.asks("history", "cli", "--rollout", "1")["entries"]]
    assert [kind for kind in kinds if kind != "HOLD"] == [
        "BEGIN", "ADVANCE", "PAUSE", "RESUME", "ROLL_BACK", "ROLL_BACK"
    ]  # fmt: skip
    written = operator.asks("report", "cli", "--svg", "--out", str(tmp_path))
    assert "was rolled back" in Path(written["report"]).read_text()
    assert Path(written["picture"]).is_file()
    watched = operator.types("watch", "cli")
    assert watched.returncode == Exit.NOT_PROMOTED
    assert len(watched.stdout.splitlines()) == len(kinds)


@pytest.mark.usefixtures("control")
def test_what_is_missing_is_said_with_the_fix(operator: Operator) -> None:
    absent = operator.types("status", "absent")
    assert absent.returncode == Exit.AWS
    assert "was `cdktf deploy absent-control` run?" in absent.stderr
    assert "Traceback" not in absent.stderr


@pytest.mark.parametrize(
    ("environ", "fix"),
    [
        ({"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}, "aws sso login"),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
            "network",
        ),
        ({"AWS_PROFILE": "nobody", "AWS_CONFIG_FILE": os.devnull}, "AWS_PROFILE"),
    ],
    ids=["no credentials", "unreachable", "no profile"],
)
def test_without_aws_there_is_a_sentence_and_no_traceback(
    operator: Operator, environ: dict[str, str], fix: str, tmp_path: Path
) -> None:
    stranger = Operator(without_aws(operator.environ) | {"HOME": str(tmp_path)})
    done = stranger.types("status", "cli", **environ)
    assert done.returncode == Exit.AWS, done.stderr
    assert fix in done.stderr
    assert "Traceback" not in done.stderr


class _SignIn(BaseHTTPRequestHandler):
    """What stands between many offices and the internet: it answers everybody, and well."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Please sign in</html>")


@pytest.mark.parametrize("command", ["status", "history", "abort"])
def test_a_web_page_is_not_taken_for_an_answer_of_aws(operator: Operator, command: str) -> None:
    """An empty ledger is what botocore would read there: nothing in progress, nothing to abort."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _SignIn) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = operator.types(command, "cli", AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert done.returncode == Exit.AWS, done.stdout
    assert "is not AWS: it gave no request id" in done.stderr
    assert "AWS_ENDPOINT_URL" in done.stderr


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let children be interrupted: one that a background shell starts inherits that SIGINT is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_watching_and_nothing_else(operator: Operator, rollout: World) -> None:
    release = replace(PAIR, canary="2026.12", pair="dddd5555")
    boto3.Session("test", "test", region_name="eu-west-1").client(
        "dynamodb", endpoint_url=operator.environ["AWS_ENDPOINT_URL"]
    ).put_item(
        TableName="serinus-cli-ledger",
        Item={"endpoint": {"S": "mortgage"}, "item": {"S": "release"}, "document": {"S": encode_release(release)}},
    )
    before = rollout.ledger.load("mortgage")
    command = [sys.executable, "-m", "cli.main", "watch", "cli", "--every", "0.1"]
    with subprocess.Popen(command, cwd=ROOT, env=operator.environ, stderr=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        assert process.stderr
        assert "waiting for 2026.12" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == Exit.INTERRUPTED
        assert "Traceback" not in process.stderr.read()
        watchdog.cancel()
    assert rollout.ledger.load("mortgage") == before


def test_the_sandbox_is_reached_through_the_same_command(operator: Operator) -> None:
    done = operator.types("sandbox", "up", "--help")
    assert done.returncode == Exit.FINE
    assert "--ready-file" in done.stdout
