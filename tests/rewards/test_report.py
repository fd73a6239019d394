"""What a report of a reward says, and the sentences for reports that say nothing."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.reward_report import RefusedRewardError, parse
from lambdas.rollout.rewards import Metric, Reward, Terms

TERMS = Terms({"mortgage": (), "credit": ()})
NOW = 1_800_000_000.0
LEAST = {"inference_id": "i-1"}


def _parse(endpoint: str = "mortgage", /, **fields: Any) -> Reward:
    return parse(json.dumps(LEAST | fields), TERMS, NOW, endpoint)


def test_the_least_report_is_a_conversion_now() -> None:
    assert _parse() == Reward("mortgage", "i-1", Metric.CONVERSION, 1.0, NOW)


def test_a_whole_report() -> None:
    fields = {"endpoint": "credit", "metric": "revenue", "reward": 12.5, "at": NOW - 60}
    assert _parse("", **fields) == Reward("credit", "i-1", Metric.REVENUE, 12.5, NOW - 60)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-21T09:40:12Z", datetime(2026, 11, 21, 9, 40, 12, tzinfo=UTC)),
        ("2024-02-29 23:59:59.25+01:30", datetime(2024, 2, 29, 22, 29, 59, 250_000, tzinfo=UTC)),
        ("1999-12-31T23:30:00-05:00", datetime(2000, 1, 1, 4, 30, tzinfo=UTC)),
    ],
)
def test_iso_times(text: str, at: datetime) -> None:
    assert _parse(at=text).at == at.timestamp()


@given(st.datetimes(datetime(1970, 1, 2), datetime(2026, 12, 31)), st.integers(-1439, 1439))  # noqa: DTZ001 - a zone is drawn
def test_every_iso_time_is_read_as_python_reads_it(moment: datetime, ahead: int) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=ahead)))
    if not 0 <= zoned.timestamp() <= NOW:
        return
    assert _parse(at=zoned.isoformat()).at == pytest.approx(zoned.timestamp(), abs=1e-5)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"inference_id": ""}, "`inference_id` must be the answer's"),
        ({"inference_id": None}, "`inference_id` must be the answer's"),
        ({"inference_id": "x" * 65}, "`inference_id` must be the answer's"),
        ({"inference_id": "é"}, "`inference_id` must be the answer's"),
        ({"metric": "clicks"}, "`metric` is 'clicks'; write conversion or revenue"),
        ({"metric": []}, "`metric` is []"),
        ({"metirc": "revenue"}, "no field 'metirc'"),
        ({"reward": 2}, "a conversion is 1, or 0"),
        ({"reward": True}, "a conversion is 1, or 0"),
        ({"reward": "1"}, "a conversion is 1, or 0"),
        ({"metric": "revenue", "reward": -1}, "`reward` is -1; write a number from 0"),
        ({"metric": "revenue", "reward": float("nan")}, "`reward` is nan"),
        ({"metric": "revenue", "reward": 10**400}, "`reward` is 1000"),
        ({"metric": "revenue", "reward": True}, "`reward` is True"),
        ({"at": "yesterday"}, "`at` is 'yesterday'; write seconds"),
        ({"at": "2026-11-21T09:40:12"}, "with its zone"),
        ({"at": "2026-02-30T09:40:12Z"}, "`at` is"),
        ({"at": "2026-13-01T09:40:12Z"}, "`at` is"),
        ({"at": "0000-01-01T09:40:12Z"}, "`at` is"),
        ({"at": -1}, "`at` is -1"),
        ({"at": None}, "`at` is None"),
        ({"at": True}, "`at` is True"),
        ({"at": float("inf")}, "`at` is inf"),
        ({"at": NOW + 61}, "not in the future"),
        ({"endpoint": "credit"}, "`endpoint` is 'credit', and the path says 'mortgage'"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RefusedRewardError, match=re.escape(sentence)):
        _parse(**fields)


@pytest.mark.parametrize("endpoint", ["mortage", None, 3])
def test_an_endpoint_that_is_not_there_is_refused_with_those_that_are(endpoint: Any) -> None:
    with pytest.raises(RefusedRewardError, match="rewards are taken for credit, mortgage"):
        _parse("", endpoint=endpoint)


@pytest.mark.parametrize("report", [b"\xff", "", "{", "[" * 100_000, "[]", '"text"', '{"at": ' + "9" * 5_000 + "}"])
def test_what_is_no_json_object_is_refused(report: str | bytes) -> None:
    with pytest.raises(RefusedRewardError, match="a reward is a JSON object"):
        parse(report, TERMS, NOW)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["endpoint", "inference_id", "metric", "reward", "at"]), _JSON))
def test_whatever_comes_is_a_reward_or_refused(document: dict[str, Any]) -> None:
    try:
        reward = parse(json.dumps({"endpoint": "mortgage"} | document), TERMS, NOW)
    except RefusedRewardError as error:
        assert str(error).isprintable()  # noqa: PT017 - either way is right
    else:
        assert 0 <= reward.value <= 1e9
        assert 0 <= reward.at <= NOW + 60
