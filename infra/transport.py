"""Queues and topics that take nothing over plain HTTP, and let nobody in whom they need not.

SQS and SNS answer over plain HTTP too; their own policies are where that ends. Sources: SQS developer guide, "Amazon
SQS security best practices" ("Enforce encryption of data in transit"); SNS developer guide, "Amazon SNS security best
practices"; CloudWatch user guide, "Notifying users on alarm changes" (an alarm may publish where the topic's policy
lets ``cloudwatch.amazonaws.com``).
"""

from infra.place import Place
from infra.policies import Document, Statement, allow, document
from lambdas.rollout import names

_PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def queue(allowed: Document) -> Document:
    """Add to what a queue allows that all of it is over TLS."""
    (resource,) = {each for statement in allowed["Statement"] for each in statement["Resource"]}
    return document([*allowed["Statement"], _deny("sqs:*", resource)])


def decisions(place: Place) -> Document:
    """Let nobody publish decisions whose own role does not allow it: SNS's default lets the whole account."""
    return document([_deny("sns:Publish", place.topic)])


def alarms(place: Place) -> Document:
    """Let the control plane's alarms publish, and nobody else."""
    topic = place.arn("sns", names.alarms_topic(place.environment))
    own = {
        "ArnLike": {"aws:SourceArn": place.arn("cloudwatch", f"alarm:serinus-{place.environment}-*")},
        "StringEquals": {"aws:SourceAccount": place.account},
    }
    publish = allow(["sns:Publish"], [topic]) | {"Principal": {"Service": "cloudwatch.amazonaws.com"}}
    return document([publish | {"Condition": own}, _deny("sns:Publish", topic)])


def _deny(action: str, resource: str) -> Statement:
    return {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": [action],
        "Resource": [resource],
        "Condition": _PLAIN,
    }
