"""The events of SageMaker that have arrived in a queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.hosting import Hosting

DEPLOYMENT = "SageMaker Endpoint Deployment State Change"


class Inbox:
    """The details of the events about one endpoint that have arrived, by detail type."""

    def __init__(self, hosting: Hosting, url: str, endpoint: str) -> None:
        self._sqs = hosting.client("sqs")
        self._url = url
        self._endpoint = endpoint
        self._events: list[Any] = []

    def details(self, kind: str) -> list[Any]:
        received = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", ())
        for message in received:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        self._events += [json.loads(message["Body"]) for message in received]
        told = [event for event in self._events if event["resources"][0].endswith(f":endpoint/{self._endpoint}")]
        return [event["detail"] for event in told if event["detail-type"] == kind]
