"""What SageMaker does in the name of a model's execution role, if the role's policies allow it."""

import re

from sandbox.iam.asked import Access
from sandbox.iam.guard import may
from sandbox.iam.roles import Caller, role_name
from sandbox.place import ACCOUNT_ID, REGION

_PRIVATE = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[^/]+/(?P<repository>[^:@]+)")
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def may_read(role: str, bucket: str, key: str) -> bool:
    """Tell whether it may fetch an object: model data, a request."""
    return _may(role, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")


def may_write(role: str, bucket: str, key: str) -> bool:
    """Tell whether it may put an object: captures, answers."""
    return _may(role, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}")


def may_publish(role: str, topic: str) -> bool:
    """Tell whether it may publish to a topic: what became of an asynchronous request."""
    return _may(role, "sns:Publish", topic)


def may_watch(role: str) -> bool:
    """Tell whether it may look at alarms, which automatic rollback does in its name."""
    return _may(role, "cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:*")


def may_pull(role: str, image: str) -> bool:
    """Tell whether it may pull an image; of a registry that is not ECR's nothing is asked."""
    found = _PRIVATE.match(image)
    if not found:
        return True
    repository = f"arn:aws:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"
    return _may(role, "ecr:GetAuthorizationToken", "*") and all(_may(role, action, repository) for action in _PULL)


def _may(role: str, action: str, resource: str) -> bool:
    return may(Caller(role_name(role), "SageMaker"), Access(action, resource))
