"""Notifications through SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient

_SUBJECT_LIMIT = 99
"""SNS takes subjects of fewer than 100 ASCII characters."""


class SnsNotifier:
    """Implements `lambdas.rollout.ports.Notifier`."""

    def __init__(self, client: SNSClient, topic_arn: str) -> None:
        self._client, self._topic_arn = client, topic_arn

    def tell(self, subject: str, text: str) -> None:
        """Publish one message."""
        fitting = subject.encode("ascii", "replace").decode()[:_SUBJECT_LIMIT]
        self._client.publish(TopicArn=self._topic_arn, Subject=fitting, Message=text)
