"""Whatever CloudWatch answers: an error that says what is wrong with it, or a hold; never a step forward.

The client is boto3's own; its answers are put in where botocore would have sent the request.
"""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import BotoCoreError
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.control.advance import advance
from lambdas.rollout.ports import UnansweredError
from lambdas.rollout.state import Phase
from tests.examples import RELEASE
from tests.explorer.actors import SHORT, about_to_advance
from tests.explorer.invariants import NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.explorer.aws import Aws

ALARM = RELEASE.alarms[0]
Answer = dict[str, Any]


class Answers:
    """A CloudWatch whose answers are a test's: GetMetricData page by page, and DescribeAlarms."""

    def __init__(self, pages: Callable[[list[Answer]], list[Answer]], alarms: Answer) -> None:
        self._pages, self._alarms = pages, alarms
        make: Callable[..., Any] = boto3.client
        self.client = make("cloudwatch", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        self.client.meta.events.register("before-call.cloudwatch", self._answer)
        self._waiting: list[Answer] = []

    def _answer(self, model: Any, **_: Any) -> tuple[AWSResponse, Answer]:
        answer = self._alarms
        if model.name == "GetMetricData":
            if not self._waiting:
                self._waiting = self._pages(_healthy(self._asked))
            answer = self._waiting.pop(0)
        return AWSResponse("", 200, HTTPHeaders(), None), answer

    _asked: list[str]

    def asks(self, params: Answer, **_: Any) -> None:
        """Remember what is asked for, as boto3 was told it."""
        self._asked = [
            query["MetricStat"]["Metric"]["MetricName"] + _variant(query) for query in params["MetricDataQueries"]
        ]


def _variant(query: Answer) -> str:
    dimensions = {each["Name"]: each["Value"] for each in query["MetricStat"]["Metric"]["Dimensions"]}
    return f" {dimensions['VariantName']}"


TIMES: list[datetime] = []


def _healthy(asked: list[str]) -> list[Answer]:
    """What CloudWatch has to say: requests at 10 %, and no error anywhere."""
    requests = {"Invocations canary": 300.0, "Invocations stable": 2_700.0}
    return [
        {
            "Id": f"q{index}",
            "Label": name,
            "StatusCode": "Complete",
            "Timestamps": list(TIMES),
            "Values": [requests.get(name, 0.0)] * len(TIMES),
        }
        for index, name in enumerate(asked)
    ]


FINE: Answer = {"MetricAlarms": [{"AlarmName": ALARM, "StateValue": "OK"}], "CompositeAlarms": []}


def _looking_at(pages: Callable[[list[Answer]], list[Answer]], alarms: Answer = FINE) -> Aws:
    """Just before the step that healthy answers pass, with these answers instead."""
    aws = about_to_advance(replace(RELEASE, plan=SHORT))
    aws.wait(60)  # CloudWatch's minutes are not this rollout's: one more, so that a whole one is in the step
    minutes = range(math.ceil(aws.metrics.tables[0].at / 60), int(aws.time // 60))
    TIMES[:] = [datetime.fromtimestamp(60 * minute, UTC) for minute in minutes]
    answers = Answers(pages, alarms)
    answers.client.meta.events.register("provide-client-params.cloudwatch.GetMetricData", answers.asks)
    aws.world = replace(aws.world, metrics=CloudWatchMetrics(answers.client, 60, delay=0))
    return aws


def _went_on(aws: Aws) -> bool:
    advance(aws.world, NAME)
    rollout = aws.ledger.load(NAME).rollout
    assert rollout is not None
    return rollout.step > 0 or rollout.phase is Phase.PROMOTED


def _whole(results: list[Answer]) -> list[Answer]:
    return [{"MetricDataResults": results}]


def _paged(results: list[Answer]) -> list[Answer]:
    """In two pages, the newest first, some of it twice, with a message and an error that the second page mends."""
    first, second = deepcopy(results), deepcopy(results)
    for early, late in zip(first, second, strict=True):
        for key in ("Timestamps", "Values"):
            early[key], late[key] = early[key][1:][::-1], late[key][:2]
    for early in first:
        early["StatusCode"] = "PartialData"
    first[0]["StatusCode"] = "InternalError"
    messages = [{"Code": "ArithmeticError", "Value": "One of the queries divides by 0"}]
    return [
        {"MetricDataResults": first, "NextToken": "more", "Messages": messages},
        {"MetricDataResults": second},
    ]


@pytest.mark.parametrize("pages", [_whole, _paged])
def test_what_is_right_goes_on_however_it_comes(pages: Callable[[list[Answer]], list[Answer]]) -> None:
    assert _went_on(_looking_at(pages))


def _of(names: str, **changed: Any) -> Callable[[Answer], None]:
    def change(result: Answer) -> None:
        if names in result["Label"]:
            result.update(changed)

    return change


DEFECTS: dict[str, Callable[[Answer], None]] = (
    {
        status: lambda result, status=status: result.update(StatusCode=status)
        for status in ("InternalError", "Forbidden", "PartialData", "Tomorrow")
    }
    | {
        f"without {key}": lambda result, key=key: result.pop(key)
        for key in ("Id", "StatusCode", "Timestamps", "Values")
    }
    | {
        "another's": lambda result: result.update(Id="q99"),
        "a value too many": lambda result: result["Values"].append(1.0),
        "a time too many": lambda result: result["Timestamps"].append(TIMES[0]),
        "nothing": lambda result: result.update(Values=[], Timestamps=[]),
        "years ago": lambda result: result.update(
            Timestamps=[datetime(1999, 1, 1, 0, n, tzinfo=UTC) for n in range(len(TIMES))]
        ),
        "to come": lambda result: result.update(
            Timestamps=[datetime(2199, 1, 1, 0, n, tzinfo=UTC) for n in range(len(TIMES))]
        ),
    }
)
NONSENSE = [math.nan, math.inf, -math.inf, -1.0, -1e300, 1e300, -0.6]


@settings(max_examples=60)
@given(defect=st.sampled_from(sorted(DEFECTS)), every=st.booleans())
def test_an_answer_that_is_not_one_takes_no_step_forward(defect: str, *, every: bool) -> None:
    """In all results, or in those of the canary's requests, without which nothing can pass."""

    def pages(results: list[Answer]) -> list[Answer]:
        for result in results:
            if every or result["Label"] == "Invocations canary":
                DEFECTS[defect](result)
        return _whole(results)

    try:
        assert not _went_on(_looking_at(pages))
    except UnansweredError as error:
        told = str(error)
        assert "CloudWatch answers" in told


@settings(max_examples=60)
@given(value=st.sampled_from(NONSENSE), names=st.sampled_from(["Invocations ", "Error", "canary", "stable", " "]))
def test_values_that_nobody_can_have_counted_take_no_step_forward(value: float, names: str) -> None:
    # A canary that is known to be good needs no stable beside it; what is no number is no data, and says nothing.
    assume(names != "stable" or math.isfinite(value))

    def pages(results: list[Answer]) -> list[Answer]:
        for result in results:
            _of(names, Values=[value] * len(TIMES))(result)
        return _whole(results)

    assert not _went_on(_looking_at(pages))


def test_a_result_that_is_left_out_is_not_taken_for_silence() -> None:
    with pytest.raises(UnansweredError, match="CloudWatch answers nothing to a query"):
        _went_on(_looking_at(lambda results: _whole(results[1:])))


def test_pages_without_end_are_an_error() -> None:
    with pytest.raises(BotoCoreError, match="same next token"):
        _went_on(_looking_at(lambda results: [{"MetricDataResults": results, "NextToken": "again"}] * 3))


def _alarm(**told: Any) -> Answer:
    return {"MetricAlarms": [{"AlarmName": ALARM, "StateValue": "OK"} | told], "CompositeAlarms": []}


def test_an_alarm_that_does_not_exist_guards_nothing_and_lets_nobody_on() -> None:
    aws = _looking_at(_whole, {"MetricAlarms": [], "CompositeAlarms": []})
    assert not _went_on(aws)
    last = aws.ledger.entries[-1]
    assert (last.phase, f"alarm {ALARM} does not exist" in last.reason) == (Phase.PROGRESSING, True)


@pytest.mark.parametrize("state", ["", "Alarm", "UNKNOWN", None])
def test_a_state_that_no_alarm_has_is_an_error(state: str | None) -> None:
    with pytest.raises(UnansweredError, match=f"alarm {ALARM} is in state"):
        _went_on(_looking_at(_whole, _alarm(StateValue=state)))


@pytest.mark.parametrize("kind", ["MetricAlarms", "CompositeAlarms"])
def test_an_alarm_that_does_not_say_since_when_fires_now(kind: str) -> None:
    fires: Answer = {"MetricAlarms": [], "CompositeAlarms": []} | {
        kind: [{"AlarmName": ALARM, "StateValue": "ALARM"}]
    }
    aws = _looking_at(_whole, fires)
    assert not _went_on(aws)
    assert aws.ledger.entries[-1].phase is Phase.ROLLING_BACK
