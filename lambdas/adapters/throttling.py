"""What AWS refuses for the number of calls, as the port's own error, whichever call it was.

Every service has words of its own for it: the list is botocore's (`botocore.retries.standard`), which has tried again
by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.rollout.ports import ThrottledError

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


def telling(client: Any) -> Any:
    """Have a boto3 client raise `ThrottledError` where it would raise one of AWS's many."""
    client.meta.events.register("after-call", _tell)
    return client


def _tell(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
    error = parsed.get("Error", {})
    if error.get("Code") in _CODES:
        raise ThrottledError(f"{model.name}: {error['Code']}: {error.get('Message', '')}")
