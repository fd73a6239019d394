"""What several tests of SageMaker's endpoints need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.sagemaker.hosting import name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.sagemaker.hosting import Hosting


@pytest.fixture
def alarm(hosting: Hosting) -> Iterator[str]:
    alarm = name("alarm")
    cloudwatch = hosting.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Nothing",
        MetricName="Nothing",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    yield alarm
    cloudwatch.delete_alarms(AlarmNames=[alarm])


@pytest.fixture
def queue(hosting: Hosting) -> str:
    """Return the URL of a queue that gets every event of SageMaker from now on."""
    queue = name("events")
    url: str = hosting.client("sqs").create_queue(QueueName=queue)["QueueUrl"]
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{queue}"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    hosting.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events = hosting.client("events")
    events.put_rule(Name=queue, EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    events.put_targets(Rule=queue, Targets=[{"Id": "queue", "Arn": arn}])
    return url
