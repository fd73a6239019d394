"""The events that ask for a rollback, as AWS sends them."""

from typing import Any

from lambdas.rollback.request import Request, parse

ALARM: dict[str, Any] = {
    "source": "aws.cloudwatch",
    "detail-type": "CloudWatch Alarm State Change",
    "detail": {
        "alarmName": "serinus.prod.mortgage.canary.error_rate",
        "state": {"value": "ALARM", "reason": "20 > 5", "timestamp": "2026-11-21T10:00:00.000+0000"},
        "configuration": {"description": "mortgage: too many errors"},
        "previousState": {"value": "OK", "timestamp": "2026-11-21T09:00:00.000+0000"},
    },
}


def test_an_alarm_names_endpoint_reason_and_time() -> None:
    request = parse(ALARM, "prod")
    assert request == Request(
        endpoint="mortgage",
        cause="alarm serinus.prod.mortgage.canary.error_rate",
        reason="alarm serinus.prod.mortgage.canary.error_rate: mortgage: too many errors (20 > 5)",
        alarm_since=1_795_255_200.0,
    )


def test_other_alarms_are_none_of_ours() -> None:
    assert parse(ALARM, "dev") is None
    assert (
        parse({"detail": {**ALARM["detail"], "state": {**ALARM["detail"]["state"], "value": "OK"}}}, "prod") is None
    )
    assert parse({"detail": {**ALARM["detail"], "alarmName": "disk-full"}}, "prod") is None


def test_a_workflow_error_says_what_failed() -> None:
    event = {"endpoint": "mortgage", "cause": "workflow", "error": {"Error": "RuntimeError", "Cause": "no answer"}}
    request = parse(event, "prod")
    assert request is not None
    assert request.reason == "the rollout's workflow failed: RuntimeError no answer"
