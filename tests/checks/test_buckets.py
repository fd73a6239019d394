"""What an account's buckets have, as S3 tells it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.account import buckets
from infra.spec import Capture
from lambdas.rollout.names import captures_queue
from tests.quality.fakes import SCHEMA
from tests.stacks.specs import ENDPOINT, environment

if TYPE_CHECKING:
    from tests.conftest import Sandbox


def test_what_others_have_set_is_named_and_a_bucket_to_come_has_nothing(sandbox: Sandbox) -> None:
    s3, sqs = sandbox.client("s3"), sandbox.client("sqs")
    mine, to_come = sandbox.name("mine"), sandbox.name("to-come")
    s3.create_bucket(Bucket=mine, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    known = replace(SCHEMA, ground_truth=f"s3://{to_come}/truths")
    endpoint = replace(ENDPOINT, capture=Capture(f"s3://{mine}/here", keep=86_400), schema=known)
    assert {each.name: each.others for each in buckets(s3, environment(endpoint))} == {mine: (), to_come: ()}

    place = "arn:aws:sqs:eu-west-1:123456789012"
    for name in (captures_queue("test"), "theirs"):
        allowed = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}}'
        sqs.create_queue(QueueName=name, Attributes={"Policy": allowed})
    told: Any = [
        {"Id": id_, "QueueArn": f"{place}:{queue}", "Events": ["s3:ObjectCreated:*"]}
        for id_, queue in (("ours", captures_queue("test")), ("thumbnails", "theirs"))
    ]
    s3.put_bucket_notification_configuration(Bucket=mine, NotificationConfiguration={"QueueConfigurations": told})
    rules: Any = [
        {"ID": id_, "Status": "Enabled", "Filter": {"Prefix": id_}, "Expiration": {"Days": 1}}
        for id_ in ("serinus: here/mortgage/", "archive")
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=mine, LifecycleConfiguration={"Rules": rules})
    found = {each.name: each.others for each in buckets(s3, environment(endpoint))}
    assert found == {mine: ("notification thumbnails", "lifecycle rule archive"), to_come: ()}
