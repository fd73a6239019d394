"""A sandbox with Terraform pointed at it, and what tests of deploys look at."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from infra.providers import variables
from lambdas.rollout.names import ledger_table
from sandbox.server import Running, start
from tests.infra.written import write
from tests.stacks.specs import BROKEN, V1
from tests.stacks.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from infra.spec import Environment

ROOT = Path(__file__).parents[2]
MODEL_SERVER = Path(__file__).parents[1] / "sandbox" / "sagemaker" / "model_server.py"
SERVES = (sys.executable, str(MODEL_SERVER))
IMAGES = {V1.image: SERVES, BROKEN.image: (sys.executable, "-c", "raise SystemExit(1)")}


@dataclass(frozen=True)
class Stage:
    """Terraform on the stacks under a folder, and what SageMaker shows of its endpoints."""

    terraform: Terraform
    running: Running

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-west-1"}
        return make(service, endpoint_url=self.running.url, **keys)

    def make_buckets(self, *names: str) -> None:
        """Make buckets in the endpoints' region."""
        for name in names:
            place = {"LocationConstraint": "eu-west-1"}
            self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)

    def make_ledger(self, environment: str = "test") -> None:
        """Make the table that `control` would: `serving` puts items into it."""
        keys = {"endpoint": "HASH", "item": "RANGE"}
        self.client("dynamodb").create_table(
            TableName=ledger_table(environment),
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )

    def described(self, endpoint: str) -> Any:
        return self.client("sagemaker").describe_endpoint(EndpointName=endpoint)

    def live(self, endpoint: str) -> str:
        """Name the configuration that serves."""
        return str(self.described(endpoint)["EndpointConfigName"])

    def instances(self, endpoint: str) -> int:
        """Count the first variant's instances."""
        return int(self.described(endpoint)["ProductionVariants"][0]["CurrentInstanceCount"])

    def weights(self, endpoint: str) -> dict[str, float]:
        """Tell each variant's share of the traffic."""
        return {v["VariantName"]: v["CurrentWeight"] for v in self.described(endpoint)["ProductionVariants"]}

    def configurations(self) -> set[str]:
        """Name every endpoint configuration that there is."""
        listed = self.client("sagemaker").list_endpoint_configs(MaxResults=100)["EndpointConfigs"]
        return {config["EndpointConfigName"] for config in listed}

    def says(self, endpoint: str) -> str:
        """Ask the endpoint who answers."""
        return str(self.answer(endpoint)["says"])

    def answer(self, endpoint: str) -> Any:
        """Ask the endpoint."""
        runtime = self.client("sagemaker-runtime")
        answer = runtime.invoke_endpoint(EndpointName=endpoint, Body=b"{}", ContentType="application/json")
        return json.load(answer["Body"])

    def letters(self, topic: str) -> Callable[[], list[dict[str, str]]]:
        """Subscribe a queue to a topic; what is returned tells all that people were told, from now on."""
        topics, queues, heard = self.client("sns"), self.client("sqs"), list[dict[str, str]]()
        url = queues.create_queue(QueueName="people")["QueueUrl"]
        arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topics.subscribe(TopicArn=f"arn:aws:sns:eu-west-1:123456789012:{topic}", Protocol="sqs", Endpoint=arn)

        def told() -> list[dict[str, str]]:
            while messages := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                heard.extend(json.loads(message["Body"]) for message in messages)
                for message in messages:
                    queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return heard

        return told

    def serinus(self, environment: Environment, *argv: str) -> str:
        """Type a command as an operator of that environment; returns what it prints."""
        folder = self.terraform.folder / "environments"
        folder.mkdir(exist_ok=True)
        write(environment, folder)
        command, given = [sys.executable, "-m", "cli.main", *argv], {"SERINUS_ENVIRONMENTS": str(folder)}
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.running.environ() | given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


class Asking:
    """Asks an endpoint ten times a second until it is left, as its users do."""

    def __init__(self, runtime: Any, endpoint: str) -> None:
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self._runtime, self._endpoint, self._done = runtime, endpoint, threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._done.wait(0.1):
            try:
                answer = self._runtime.invoke_endpoint(EndpointName=self._endpoint, Body=b"{}")
            except (BotoCoreError, ClientError) as error:
                self.failures.append(str(error))
            else:
                self.answers[answer["InvokedProductionVariant"]] += 1


@contextmanager
def stage(folder: Path, images: Mapping[str, Sequence[str]], **seconds: str) -> Iterator[Stage]:
    """Start a sandbox whose SageMaker runs ``images`` and takes ``seconds`` (sandbox/sagemaker/settings.py)."""
    listed = folder / "images.json"
    listed.write_text(json.dumps(dict(images)))
    with pytest.MonkeyPatch.context() as patch:
        for setting, value in seconds.items():
            patch.setenv(f"SANDBOX_SAGEMAKER_{setting.upper()}", value)
        with start(images=listed) as running:
            yield Stage(Terraform(folder, running.environ() | variables(folder)), running)
