"""What topics are told of asynchronous requests.

Source: developer guide, "Check prediction results" and "Create an asynchronous inference endpoint" (the test
notification); the shape of results as public code quotes it.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.clock import now
from sandbox.delivery import publish_to_topic
from sandbox.place import REGION
from sandbox.sagemaker import execution
from sandbox.sagemaker.asynchronous.queue import Waiting

Json = Mapping[str, Any]


def topics(queue: Json) -> Json:
    """Return the NotificationConfig of an AsyncInferenceConfig."""
    found: Json = queue.get("OutputConfig", {}).get("NotificationConfig") or {}
    return found


def test(queue: Json, role: str) -> None:
    """Send the test notification to every topic in a role's name; raises where one cannot be reached."""
    event = {"eventVersion": "1.0", "eventSource": "aws:sagemaker", "eventName": "TestNotification"}
    for key in ("SuccessTopic", "ErrorTopic"):
        if topics(queue).get(key):
            if not execution.may_publish(role, topics(queue)[key]):
                raise PermissionError(f"{role} is not authorized to perform: sns:Publish on {topics(queue)[key]}")
            publish_to_topic(topics(queue)[key], json.dumps(event))


def completed(endpoint: str, request: Waiting, content_type: str) -> Json:
    """Say that an answer is there."""
    response = {"contentType": content_type, "outputLocation": request.output}
    return _result(endpoint, request) | {"invocationStatus": "Completed", "responseParameters": response}


def failed(endpoint: str, request: Waiting, reason: str) -> Json:
    """Say that there will be none."""
    return _result(endpoint, request) | {"invocationStatus": "Failed", "failureReason": reason}


def _result(endpoint: str, request: Waiting) -> dict[str, Any]:
    asked = {"endpointName": endpoint} | ({"inputLocation": request.input} if request.input else {})
    if "Content-Type" in request.headers:
        asked["contentType"] = request.headers["Content-Type"]
    return {
        "awsRegion": REGION,
        "eventTime": _moment(now()),
        "receivedTime": _moment(request.received),
        "requestParameters": asked,
        "inferenceId": request.inference_id,
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
