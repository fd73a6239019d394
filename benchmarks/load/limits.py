"""How fast AWS lets an account call it: calls of one API in a second, in one region; what is more is refused.

Sources, read on 2026-11-26: CloudWatch user guide, "CloudWatch service quotas" (DescribeAlarms 9, GetMetricData 50 in
most regions); Step Functions developer guide, "Quotas" (StartExecution refills 150 a second outside the three largest
regions); SNS, "endpoints and quotas" (Publish 300 in the smallest regions); DynamoDB developer guide, "Quotas" (a
partition takes 3,000 reads and 1,000 writes); Lambda developer guide, "Quotas" (1,000 at once, new accounts less).

SageMaker publishes no rates of its control plane. That DescribeEndpoint every five seconds is refused to a busy
account is told by its own SDK (aws/sagemaker-python-sdk, pull request 1204); the numbers here are guesses on the safe
side, and what must hold holds with a tenth of them (tests/load).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PUBLISHED: Mapping[str, int] = MappingProxyType(
    {
        "DescribeAlarms": 9,
        "GetMetricData": 50,
        "StartExecution": 150,
        "Publish": 300,
        "GetItem": 3_000,
        "Query": 3_000,
        "TransactWriteItems": 500,
        "DeleteItem": 1_000,
    }
)
GUESSED: Mapping[str, int] = MappingProxyType(
    {
        "DescribeEndpoint": 10,
        "UpdateEndpointWeightsAndCapacities": 5,
        "UpdateEndpoint": 5,
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls per second by API, and functions that may run at once."""

    rates: Mapping[str, int]
    concurrency: int = 1_000


USUAL = Limits({**PUBLISHED, **GUESSED})
TENTH = Limits({api: max(1, rate // 10) for api, rate in USUAL.rates.items()})
NONE = Limits(dict.fromkeys(USUAL.rates, 1_000_000), concurrency=1_000_000)
