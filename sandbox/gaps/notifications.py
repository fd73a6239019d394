"""S3 event notifications: delivered after the request, to destinations that let S3 send to them.

Source: S3 user guide, "Amazon S3 Event Notifications", "Granting permissions to publish event notification messages".
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from moto.s3 import notifications
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket

from sandbox.backlog import BACKLOG
from sandbox.delivery import UndeliverableError, find_function
from sandbox.events.permission import permits
from sandbox.events.targets import queue_policy, topic_policy
from sandbox.lambda_runtime.asynchronous import accept
from sandbox.registry import method, original

_SERVICE = "s3.amazonaws.com"


def install() -> None:
    """Put it on moto."""
    module: Any = notifications  # whose functions moto's S3 calls by name
    send = original(module, "send_event")

    def send_event(account_id: str, event_name: Any, bucket: FakeBucket, key: Any) -> None:
        if bucket.notification_configuration is not None:
            BACKLOG.add(partial(send, account_id, event_name, bucket, key))

    def _invoke_awslambda(account_id: str, event_body: Any, fn_arn: str, region_name: str) -> None:
        del account_id, region_name
        accept(find_function(fn_arn), json.dumps(event_body).encode())

    method(module)(send_event)
    method(module)(_invoke_awslambda)
    _check_destinations()


def _check_destinations() -> None:
    configure = original(FakeBucket, "set_notification_configuration")

    def set_notification_configuration(self: FakeBucket, notification_config: dict[str, Any] | None) -> None:
        for kind, member in (("Queue", "Queue"), ("Topic", "Topic"), ("CloudFunction", "CloudFunction")):
            for wanted in (notification_config or {}).get(f"{kind}Configuration") or ():
                _require(wanted[member], self.arn)
        configure(self, notification_config)

    method(FakeBucket)(set_notification_configuration)


def _require(arn: str, bucket_arn: str) -> None:
    try:
        policy, action = _policy(arn)
    except UndeliverableError:
        policy, action = {}, ""
    if not permits(policy, _SERVICE, action, bucket_arn):
        raise S3ClientError("InvalidArgument", "Unable to validate the following destination configurations")


def _policy(arn: str) -> tuple[Mapping[str, Any], str]:
    service = arn.split(":")[2]
    if service == "sqs":
        return queue_policy(arn), "sqs:SendMessage"
    if service == "sns":
        return topic_policy(arn), "sns:Publish"
    return {"Statement": find_function(arn).policy.statements}, "lambda:InvokeFunction"
