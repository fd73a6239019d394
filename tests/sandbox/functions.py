"""Functions for tests: a zip of one handler, deployed with a role."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.sandbox.roles import Grant, role

LOGS: Grant = (["logs:CreateLogStream", "logs:PutLogEvents"], ["*"])

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import Sandbox

HANDLER = """
import json, os, sys, time
import boto3

print("cold", os.getpid())

def handler(event, context):
    print("got", json.dumps(event))
    if event.get("metric"):
        metrics = [{"Name": "n", "Unit": "Count"}]
        directive = {"Namespace": event["metric"], "Dimensions": [["who"]], "Metrics": metrics}
        about = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
        print(json.dumps({"_aws": about, "who": "f", "n": 3}))
    if event.get("fail"):
        raise ValueError("boom")
    if event.get("exit"):
        os._exit(3)
    time.sleep(event.get("sleep", 0))
    return {"pid": os.getpid(), "environment": dict(os.environ), "left": context.get_remaining_time_in_millis(),
            "arn": context.invoked_function_arn, "caller": boto3.client("sts").get_caller_identity()["Arn"],
            "path": sys.path, "event": event}
"""


def zipped(source: str = HANDLER) -> bytes:
    """Return a package with one module `app.main`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("app/__init__.py", "")
        archive.writestr("app/main.py", source)
    return out.getvalue()


@dataclass
class Answer:
    """What an invocation gave."""

    status: int
    error: str | None
    payload: Any


class Function:
    """A deployed function."""

    def __init__(
        self,
        sandbox: Sandbox,
        source: str = HANDLER,
        grants: Sequence[Grant] = (LOGS,),
        **settings: Any,
    ) -> None:
        self.name = sandbox.name("function")
        self.client = sandbox.client("lambda")
        self.role = role(sandbox, "lambda", *grants, name=self.name)
        base = {"FunctionName": self.name, "Runtime": "python3.11", "Handler": "app.main.handler", "Role": self.role}
        self.arn = self.client.create_function(**base | {"Code": {"ZipFile": zipped(source)}} | settings)[
            "FunctionArn"
        ]
        self.group = f"/aws/lambda/{self.name}"
        self._logs = sandbox.client("logs")

    def invoke(self, event: Any = None, **settings: Any) -> Answer:
        answer = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event or {}), **settings)
        body = answer["Payload"].read()
        return Answer(answer["StatusCode"], answer.get("FunctionError"), json.loads(body) if body else None)

    def log(self) -> list[str]:
        try:
            found = self._logs.filter_log_events(logGroupName=self.group)["events"]
        except self._logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in found]
