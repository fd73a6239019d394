"""Notifications through SNS."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.rollout.ports import NotToldError, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_sns.client import SNSClient

_log = logging.getLogger(__name__)
_SUBJECT_LIMIT = 99
"""SNS takes subjects of fewer than 100 ASCII characters."""


class SnsNotifier:
    """Implements `lambdas.rollout.ports.Notifier`."""

    def __init__(self, client: SNSClient, topic_arn: str) -> None:
        self._client, self._topic_arn = client, topic_arn

    def tell(self, subject: str, text: str) -> None:
        """Publish one message; what SNS does not take is a warning in the log, too."""
        fitting = subject.encode("ascii", "replace").decode()[:_SUBJECT_LIMIT]
        try:
            self._client.publish(TopicArn=self._topic_arn, Subject=fitting, Message=text)
        except (ClientError, BotoCoreError, ThrottledError) as error:
            _log.warning("people are not told of %r: %s", subject, error)
            raise NotToldError(str(error)) from error
