"""Checks on buckets as an account has them: what a deploy would set there, and others have set before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.captured import RULE
from infra.checks.check import warning
from infra.spec.rules.finding import Finding

_KINDS = ("TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations")


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that a deploy sets, and what is there that ``others`` have set: names, or what they are."""

    name: str
    others: tuple[str, ...]


def bucket(name: str, queue: str, notification: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> Bucket:
    """Read what S3 says (GetBucketNotificationConfiguration, GetBucketLifecycleConfiguration).

    ``queue`` is the ARN of the environment's own, which notifications of ours go to.
    """
    told = [each for kind in _KINDS for each in notification.get(kind, ()) if each.get("QueueArn") != queue]
    others = [f"notification {each.get('Id', 'without a name')}" for each in told]
    if "EventBridgeConfiguration" in notification:
        others.append("notifications to EventBridge")
    own = [each.get("ID", "without a name") for each in rules]
    return Bucket(name, (*others, *(f"lifecycle rule {id_}" for id_ in own if not id_.startswith(RULE))))


@warning
def bucket_is_set_by_others(given: Bucket) -> Iterator[Finding]:
    """A deploy replaces a bucket's notifications, and with `keep` its lifecycle rules: what others set there goes."""
    if given.others:
        problem = f"is in bucket {given.name}, whose {', '.join(given.others)} a deploy takes away"
        yield Finding((), problem, "capture into a bucket of your own, or set these elsewhere")
