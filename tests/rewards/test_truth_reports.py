"""Truths by the function that takes rewards: what a report says, and the file of ground truth that it becomes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.control.tell_truth import Telling, tell_truth
from lambdas.rollout.quality.truth import Truth, read_truths, written
from lambdas.rollout.reward_report import RefusedRewardError
from lambdas.rollout.shadow.capture import endpoint_of
from lambdas.rollout.truth_report import Told, parse_truth
from tests.quality.fakes import SCHEMA
from tests.rewards.test_reward_function import Stage

if TYPE_CHECKING:
    from lambdas.rollout.quality.schema import Schema
    from tests.conftest import Sandbox

NOW = datetime(2026, 11, 21, 9, 40, tzinfo=UTC).timestamp()


def _parse(endpoint: str = "mortgage", /, **fields: Any) -> Told | None:
    return parse_truth(json.dumps({"inference_id": "i-1", **fields}), endpoint)


@pytest.mark.parametrize(
    ("given", "labels"),
    [("yes", ("yes",)), (1, ("1",)), (1.0, ("1",)), (True, ("true",)), ([0, " no ", 2.5], ("0", "no", "2.5"))],
)
def test_a_truth_is_a_label_or_one_for_each_row(given: Any, labels: tuple[str, ...]) -> None:
    assert _parse(truth=given) == Told("mortgage", "i-1", labels)
    assert _parse("", endpoint="credit", truth=given) == Told("credit", "i-1", labels)


@pytest.mark.parametrize("report", ["{", "[]", '"truth"', "{}", '{"inference_id": "i-1", "reward": 1}', b"\xff"])
def test_what_tells_no_truth_is_left_to_who_reads_rewards(report: str | bytes) -> None:
    assert parse_truth(report, "mortgage") is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"truth": None}, "write a label"),
        ({"truth": ""}, "write a label"),
        ({"truth": []}, "write a label"),
        ({"truth": ["yes", None]}, "write a label"),
        ({"truth": {"a": 1}}, "write a label"),
        ({"truth": [["yes"]]}, "write a label"),
        ({"truth": "yes", "inference_id": ""}, "`inference_id` must be the answer's"),
        (
            {"truth": "yes", "reward": 1},
            "a truth has no field 'reward'; its fields are endpoint, inference_id, truth",
        ),
        ({"truth": "yes", "endpoint": "credit"}, "`endpoint` is 'credit', and the path says 'mortgage'"),
    ],
)
def test_what_cannot_be_understood_has_a_sentence_and_one_that_quotes_nothing(
    fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RefusedRewardError) as caught:
        _parse(**fields)
    assert sentence in str(caught.value)
    assert "yes" not in caught.value.unquoted


@pytest.mark.parametrize("named", [{}, {"endpoint": ""}, {"endpoint": 7}])
def test_a_stream_must_name_the_endpoint(named: dict[str, Any]) -> None:
    with pytest.raises(RefusedRewardError, match="`endpoint` is"):
        _parse("", truth="yes", **named)


_LABELS = st.lists(st.text(min_size=1).map(str.strip).filter(bool) | st.integers().map(str), min_size=1).map(tuple)


@given(labels=_LABELS)
def test_what_is_written_is_read_as_it_was_told(labels: tuple[str, ...]) -> None:
    told = _parse(truth=list(labels))
    assert told
    (truth,) = read_truths(written(Truth("i-1", told.labels)).splitlines(keepends=True)).truths
    assert truth == Truth("i-1", told.labels)


@dataclass
class Memory:
    """Schemas and buckets in memory."""

    known: dict[str, Schema] = field(default_factory=dict)
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def schema(self, endpoint: str) -> Schema | None:
        return self.known.get(endpoint)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        self.files[bucket, key] = body


@pytest.mark.parametrize(("uri", "folder"), [("s3://b", ""), ("s3://b/", ""), ("s3://b/x/y/", "x/y/")])
def test_it_lies_where_truths_lie_in_this_hour_and_once(uri: str, folder: str) -> None:
    memory = Memory({"mortgage": replace(SCHEMA, ground_truth=uri)})
    ports = Telling(memory, memory, lambda: NOW)
    for labels in (("yes",), ("yes",), ("no",)):
        tell_truth(ports, Told("mortgage", "i-1", labels))
    places = {(bucket, key.rpartition("/")[0]) for bucket, key in memory.files}
    assert places == {("b", f"{folder}mortgage/2026/11/21/09")}
    assert {endpoint_of(key) for _, key in memory.files} == {"mortgage"}
    found = [read_truths([body]).truths[0] for body in memory.files.values()]
    assert found == [Truth("i-1", ("yes",)), Truth("i-1", ("no",))]


@pytest.mark.parametrize("known", [{}, {"mortgage": replace(SCHEMA, ground_truth=None)}])
def test_an_endpoint_whose_truths_lie_nowhere_takes_none(known: dict[str, Schema]) -> None:
    memory = Memory(known)
    with pytest.raises(RefusedRewardError, match="truths are taken where a schema has ground_truth"):
        tell_truth(Telling(memory, memory, lambda: NOW), Told("mortgage", "i-1", ("yes",)))
    assert memory.files == {}


@pytest.fixture(scope="module")
def stage(sandbox: Sandbox) -> Stage:
    return Stage(sandbox)


def _found(stage: Stage) -> set[Truth]:
    s3 = stage.sandbox.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=stage.truths).get("Contents", ())]
    bodies = [s3.get_object(Bucket=stage.truths, Key=key)["Body"].read() for key in keys]
    assert all(key.startswith(f"told/{stage.endpoint}/") for key in keys)
    return {truth for body in bodies for truth in read_truths([body]).truths}


def test_from_its_zip_it_takes_truths_by_http_from_a_queue_and_from_a_stream(stage: Stage) -> None:
    assert stage.outcome(inference_id="loan-1", truth=["yes", "no"]) == "told"
    stage.send(stage.report("loan-2", truth="no"), stage.report("loan-2", truth="no"))
    stage.put(stage.report("loan-3", truth=1))
    expected = {Truth("loan-1", ("yes", "no")), Truth("loan-2", ("no",)), Truth("loan-3", ("1",))}
    stage.sandbox.eventually(lambda: _found(stage) == expected)


def test_one_that_cannot_be_put_is_sent_again(stage: Stage) -> None:
    """Last: the bucket is gone."""
    s3 = stage.sandbox.client("s3")
    for each in s3.list_objects_v2(Bucket=stage.truths)["Contents"]:
        s3.delete_object(Bucket=stage.truths, Key=each["Key"])
    s3.delete_bucket(Bucket=stage.truths)
    answer = stage.post(json.dumps({"inference_id": "loan-4", "truth": "yes"}))
    assert (answer.status_code, answer.json()) == (503, {"message": "the report could not be noted; send it again"})
    reports = [stage.report("loan-4", truth="yes"), stage.report("loan-5", truth=None)]
    assert stage.batch(*reports) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
