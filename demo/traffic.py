"""Steady traffic: the held-out applicants in a loop, through InvokeEndpoint, at a fixed rate.

`python -m demo.traffic ENDPOINT --rows FILE --to DIR` runs until SIGTERM, SIGINT or its parent's end. It is open
loop: a request goes out when it is due, whether or not the ones before it were answered.
"""

import argparse
import itertools
import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from demo.answers import Answer, Weight, line

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient
    from mypy_boto3_sagemaker_runtime.client import SageMakerRuntimeClient

ANSWERS, WEIGHTS = "answers.jsonl", "weights.jsonl"
_IN_FLIGHT = 64
_LOOK_EVERY = 0.25  # seconds between two DescribeEndpoint


class Recorder:
    """Appends records to a file, one line each; safe to use from many threads."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._lock = out, threading.Lock()

    def __call__(self, record: Answer | Weight) -> None:
        """Write one record."""
        with self._lock:
            self._out.write(line(record))
            self._out.flush()


def ask(client: "SageMakerRuntimeClient", endpoint: str, body: bytes, due: float) -> Answer:
    """Invoke the endpoint once and tell what became of it; `due` is when the request should have gone out."""
    try:
        reply = client.invoke_endpoint(
            EndpointName=endpoint, Body=body, ContentType="application/json", InferenceId=str(uuid.uuid4())
        )
        document = json.loads(reply["Body"].read())
    except ClientError as error:
        return Answer(due, time.time() - due, "", *_blame(error.response))
    except (BotoCoreError, ValueError) as error:
        return Answer(due, time.time() - due, "", "", f"{type(error).__name__}: {error}")
    return Answer(due, time.time() - due, reply["InvokedProductionVariant"], document["model"])


def send(send_one: Callable[[int, float], object], rate: float, stop: threading.Event) -> None:
    """Call `send_one(n, due)` in a thread for n = 0, 1, …, `rate` times a second, until `stop` is set."""
    began = time.time()
    with ThreadPoolExecutor(_IN_FLIGHT) as threads:
        for number in itertools.count():
            due = began + number / rate
            if stop.wait(max(0.0, due - time.time())):
                return
            threads.submit(send_one, number, due)


def watch(client: "SageMakerClient", endpoint: str, record: Recorder, stop: threading.Event) -> None:
    """Record each change of the canary's weight."""
    last = -1.0
    while not stop.wait(_LOOK_EVERY):
        try:
            variants = client.describe_endpoint(EndpointName=endpoint).get("ProductionVariants", [])
        except (BotoCoreError, ClientError):
            continue
        current = {variant["VariantName"]: variant.get("CurrentWeight", 0.0) for variant in variants}
        share = current.get("canary", 0.0) / (sum(current.values()) or 1.0)
        if share != last:
            last = share
            record(Weight(time.time(), share))


def main() -> None:
    """Read the command line and send until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m demo.traffic", description=__doc__)
    parser.add_argument("endpoint")
    parser.add_argument("--rows", type=Path, required=True, help="JSON: a list of applicants")
    parser.add_argument("--to", type=Path, required=True, help="directory for the records")
    parser.add_argument("--rate", type=float, default=40.0, help="requests per second")
    arguments = parser.parse_args()
    stop = _stop_requests()
    bodies = [json.dumps({"instances": [row]}).encode() for row in json.loads(arguments.rows.read_text())]
    with (arguments.to / ANSWERS).open("a") as answers, (arguments.to / WEIGHTS).open("a") as weights:
        _run(arguments.endpoint, bodies, arguments.rate, (Recorder(answers), Recorder(weights)), stop)


def _run(
    endpoint: str, bodies: list[bytes], rate: float, record: tuple[Recorder, Recorder], stop: threading.Event
) -> None:
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=_IN_FLIGHT, read_timeout=60)
    runtime = boto3.client("sagemaker-runtime", config=config)  # no retries: a failure that is hidden still hurt
    looking = threading.Thread(target=watch, args=(boto3.client("sagemaker"), endpoint, record[1], stop))
    looking.start()
    send(lambda number, due: record[0](ask(runtime, endpoint, bodies[number % len(bodies)], due)), rate, stop)
    looking.join()


def _blame(response: Any) -> tuple[str, str]:
    """Read from an error which model failed, if a container answered at all, and its sentence."""
    try:
        document = json.loads(response["OriginalMessage"])
        return document["model"], document["error"]
    except (KeyError, ValueError):
        return "", f"{response['Error']['Code']}: {response['Error']['Message']}"


def _stop_requests() -> threading.Event:
    stop, parent = threading.Event(), os.getppid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def leave_with_parent() -> None:
        while not stop.wait(0.5):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=leave_with_parent, daemon=True).start()
    return stop


if __name__ == "__main__":
    main()
