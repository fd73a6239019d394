from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.cloudwatch.models import cloudwatch_backends

from sandbox import clock
from sandbox.cloudwatch import alarms
from sandbox.cloudwatch.store import STORE, Metric
from sandbox.place import ACCOUNT_ID

if TYPE_CHECKING:
    from tests.conftest import Sandbox


class Watched:
    """An alarm on a metric of its own."""

    def __init__(self, sandbox: Sandbox, **settings: Any) -> None:
        self.sandbox = sandbox
        self.name = sandbox.name("alarm")
        self.client = sandbox.client("cloudwatch")
        metric = {"Namespace": self.name, "MetricName": "m", "Period": 10, "Statistic": "Sum"}
        judged = {"EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
        if "Metrics" in settings:
            metric = {}
        self.settings = {"AlarmName": self.name} | metric | judged | settings
        self.client.put_metric_alarm(**self.settings)

    def put(self, value: float, ago: float = 10, metric: str = "m") -> None:
        datum = {"MetricName": metric, "Value": value, "Timestamp": time.time() - ago}
        self.client.put_metric_data(Namespace=self.name, MetricData=[datum])

    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.describe_alarms(AlarmNames=[self.name])["MetricAlarms"][0]
        return found

    def reaches(self, state: str) -> dict[str, Any]:
        self.sandbox.eventually(lambda: self.described()["StateValue"] == state)
        return self.described()


def test_it_begins_with_insufficient_data_and_says_why_it_alarms(sandbox: Sandbox) -> None:
    alarm = Watched(sandbox)
    assert alarm.described()["StateValue"] == "INSUFFICIENT_DATA"
    alarm.put(5)
    found = alarm.reaches("ALARM")
    assert found["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoints [5.0 (")
    assert "was greater than the threshold (1.0)" in found["StateReason"]
    data = json.loads(found["StateReasonData"])
    assert (data["recentDatapoints"], data["threshold"], data["period"]) == ([5.0], 1.0, 10)
    assert found["StateTransitionedTimestamp"] >= found["AlarmConfigurationUpdatedTimestamp"]


def test_an_alarm_is_looked_at_again_once_a_period_is_over_or_something_late_has_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In between it would find what it found before."""
    settings: Any = {"MetricName": "m", "Namespace": "late", "Period": 10, "Statistic": "Sum", "AlarmName": "late"}
    judged: Any = {"EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
    with mock_aws():
        boto3.client("cloudwatch", "us-east-1").put_metric_alarm(**settings, **judged)
        (alarm,) = cloudwatch_backends[ACCOUNT_ID]["us-east-1"].alarms.values()
    looked: list[float] = []
    monkeypatch.setattr(alarms, "all_alarms", lambda: {"late": alarm})
    monkeypatch.setattr(alarms, "look", lambda *_: looked.append(clock.now()))
    for moment, at in ((1_000.5, None), (1_001.0, 1_000.9), (1_009.8, 1_009.0), (1_009.9, 999.0), (1_010.0, None)):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        if at is not None:
            STORE.put(Metric.of("late", "m", {}), 1.0, "None", at)
        alarms.evaluate_all()
    assert looked == [1_000.5, 1_009.9, 1_010.0]


def test_a_period_that_is_not_over_is_not_looked_at(sandbox: Sandbox) -> None:
    while time.time() % 10 > 6:  # enough of this period must be left to see that nothing happens
        time.sleep(0.1)
    alarm = Watched(sandbox, TreatMissingData="notBreaching")
    alarm.put(5, ago=0)
    alarm.reaches("OK")
    assert alarm.reaches("ALARM")["StateUpdatedTimestamp"].timestamp() % 10 < 5


def test_missing_data_may_be_good_or_bad_or_change_nothing(sandbox: Sandbox) -> None:
    good = Watched(sandbox, TreatMissingData="notBreaching")
    bad = Watched(sandbox, TreatMissingData="breaching")
    kept = Watched(sandbox, TreatMissingData="ignore")
    good.reaches("OK")
    bad.reaches("ALARM")
    assert kept.described()["StateValue"] == "INSUFFICIENT_DATA"


def test_a_percentile_and_a_metric_math_alarm(sandbox: Sandbox) -> None:
    percentile = Watched(sandbox, Statistic="Sum")
    settings = {key: value for key, value in percentile.settings.items() if key != "Statistic"}
    percentile.client.put_metric_alarm(**settings | {"ExtendedStatistic": "p99", "Threshold": 90.0})
    metric = {"Period": 10, "Stat": "Sum"}
    name = percentile.name
    math = Watched(
        sandbox,
        Threshold=0.1,
        Metrics=[
            {"Id": "rate", "Expression": "IF(n > 3, bad / n, 0)", "ReturnData": True},
            {
                "Id": "bad",
                "MetricStat": {"Metric": {"Namespace": name, "MetricName": "bad"}} | metric,
                "ReturnData": False,
            },
            {
                "Id": "n",
                "MetricStat": {"Metric": {"Namespace": name, "MetricName": "m"}} | metric,
                "ReturnData": False,
            },
        ],
    )
    for value in range(1, 101):
        percentile.put(value, ago=12)
    percentile.reaches("ALARM")
    math.reaches("OK")
    percentile.put(100, ago=12)  # anew: on a busy machine the hundred are of an earlier period by now
    percentile.put(5050, ago=12, metric="bad")
    math.reaches("ALARM")


def test_an_update_keeps_the_state(sandbox: Sandbox) -> None:
    alarm = Watched(sandbox, TreatMissingData="breaching", AlarmDescription="one")
    alarm.reaches("ALARM")
    alarm.client.put_metric_alarm(**alarm.settings | {"AlarmDescription": "two"})
    assert (alarm.described()["StateValue"], alarm.described()["AlarmDescription"]) == ("ALARM", "two")


def test_a_composite_alarm_follows_its_parts_and_is_listed_only_when_asked_for(sandbox: Sandbox) -> None:
    part = Watched(sandbox, TreatMissingData="ignore")
    name = sandbox.name("composite")
    part.client.put_composite_alarm(AlarmName=name, AlarmRule=f'ALARM("{part.name}") AND NOT FALSE')

    def state() -> str:
        found = part.client.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
        value: str = found["CompositeAlarms"][0]["StateValue"]
        return value

    sandbox.eventually(lambda: state() == "OK")
    part.client.set_alarm_state(AlarmName=part.name, StateValue="ALARM", StateReason="test")
    sandbox.eventually(lambda: state() == "ALARM")
    assert part.client.describe_alarms(AlarmNames=[name])["CompositeAlarms"] == []


@pytest.mark.parametrize(
    "change", [{"Period": 5}, {"Period": 45}, {"ExtendedStatistic": "p0", "Statistic": None}, {"Metrics": "1 +"}]
)
def test_alarms_that_make_no_sense_are_refused(sandbox: Sandbox, change: dict[str, Any]) -> None:
    alarm = Watched(sandbox)
    settings = alarm.settings | change
    if "Metrics" in change:
        settings = {k: v for k, v in settings.items() if k not in {"Namespace", "MetricName", "Period", "Statistic"}}
        settings["Metrics"] = [{"Id": "e", "Expression": change["Metrics"]}]
    with pytest.raises(ClientError):
        alarm.client.put_metric_alarm(**{key: value for key, value in settings.items() if value is not None})
    assert alarm.described()["Period"] == 10


def test_a_topic_whose_policy_does_not_let_cloudwatch_hears_nothing(sandbox: Sandbox) -> None:
    sqs, sns = sandbox.client("sqs"), sandbox.client("sns")
    queue = sandbox.name("q")
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]

    def topic(*services: str) -> str:
        allowed = [{"Effect": "Allow", "Principal": {"Service": each}, "Action": "sns:Publish"} for each in services]
        policy = json.dumps({"Statement": allowed})
        made: str = sns.create_topic(Name=sandbox.name("topic"), Attributes={"Policy": policy})["TopicArn"]
        subscribed = f"arn:aws:sqs:eu-west-1:123456789012:{queue}"
        sns.subscribe(TopicArn=made, Protocol="sqs", Endpoint=subscribed)
        return made

    shut, others, opened = topic(), topic("events.amazonaws.com"), topic("cloudwatch.amazonaws.com")
    alarm = Watched(sandbox, TreatMissingData="ignore", AlarmActions=[shut, others, opened])
    alarm.client.set_alarm_state(AlarmName=alarm.name, StateValue="ALARM", StateReason="seen")
    found = sandbox.eventually(lambda: sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"))
    assert [json.loads(message["Body"])["TopicArn"] for message in found] == [opened]


def test_a_transition_is_an_event_and_a_message(sandbox: Sandbox) -> None:
    sqs, sns, events = sandbox.client("sqs"), sandbox.client("sns"), sandbox.client("events")
    queue, rule = sandbox.name("q"), sandbox.name("rule")
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    queue_arn = f"arn:aws:sqs:eu-west-1:123456789012:{queue}"
    topic = sns.create_topic(Name=sandbox.name("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [allow]})})
    alarm = Watched(sandbox, TreatMissingData="ignore", AlarmActions=[topic], AlarmDescription="why")
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [alarm.name], "state": {"value": ["ALARM"]}}}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": queue_arn}])
    for _ in range(2):  # the second changes nothing, and tells nobody
        alarm.client.set_alarm_state(AlarmName=alarm.name, StateValue="ALARM", StateReason="seen")

    bodies: list[dict[str, Any]] = []

    def both() -> bool:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        bodies.extend(json.loads(message["Body"]) for message in received)
        return len(bodies) >= 2

    sandbox.eventually(both)
    event = next(body for body in bodies if "detail" in body)
    message = next(body for body in bodies if "AlarmName" in body)
    assert len(bodies) == 2
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["resources"] == [alarm.described()["AlarmArn"]]
    assert event["detail"]["previousState"]["value"] == "INSUFFICIENT_DATA"
    assert event["detail"]["state"]["reason"] == "seen"
    (metric,) = event["detail"]["configuration"]["metrics"]
    assert metric["metricStat"]["metric"]["name"] == "m"
    assert (message["NewStateValue"], message["OldStateValue"]) == ("ALARM", "INSUFFICIENT_DATA")
    assert message["Trigger"]["MetricName"] == "m"
