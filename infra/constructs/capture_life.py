"""How long captures are kept in S3."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from constructs import Construct

from infra.captured import RULE


class CaptureLife(Construct):
    """Deletes captures under these prefixes of a bucket after so many days, in a bucket with versions a day later.

    A bucket has one set of lifecycle rules: this one replaces any that others have set.
    """

    def __init__(self, scope: Construct, id_: str, *, bucket: str, days: Mapping[str, int]) -> None:
        super().__init__(scope, id_)
        S3BucketLifecycleConfiguration(
            self, "rules", bucket=bucket, rule=[_rule(prefix, each) for prefix, each in days.items()]
        )


def _rule(prefix: str, days: int) -> S3BucketLifecycleConfigurationRule:
    return S3BucketLifecycleConfigurationRule(
        id=f"{RULE}{prefix}",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix=prefix)],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=1)
        ],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)],
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=1)
        ],
    )
