"""S3's word of new capture files, to the queue of the control stack."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.s3_bucket_notification import S3BucketNotification, S3BucketNotificationQueue
from constructs import Construct


class CaptureEvents(Construct):
    """Tells the queue of each capture file under these prefixes of a bucket.

    A bucket has one set of notifications: this one replaces any that others have set.
    """

    def __init__(self, scope: Construct, id_: str, *, bucket: str, prefixes: Sequence[str], queue: str) -> None:
        super().__init__(scope, id_)
        self.resource = S3BucketNotification(
            self,
            "notification",
            bucket=bucket,
            queue=[
                S3BucketNotificationQueue(
                    queue_arn=queue, events=["s3:ObjectCreated:*"], filter_prefix=prefix, filter_suffix=".jsonl"
                )
                for prefix in prefixes
            ],
        )
