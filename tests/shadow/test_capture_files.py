"""Capture files that are none, through the whole `shadow` function: no message comes again for ever, none counts."""

from __future__ import annotations

import gzip
import importlib
import json
import sys
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.adapters.captures import lines
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.adapters.pairs import DynamoDBPairs
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.plan import Plan, Shadow, Step
from lambdas.rollout.release import Release
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.ports import ShadowPeriod
from lambdas.rollout.state import EndpointState, Phase, Rollout
from tests.adapters.tables import ledger_table
from tests.shadow.examples import key, line, side
from tests.shadow.test_pairs_contract import make_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.rollout.shadow.summary import Summary
    from tests.conftest import Sandbox

GOOD = line(side("[0.5]"), inference_id="good")
_LONG_ID = line(side("[0.5]"), inference_id="x" * 5_000)
_SURROGATE = GOOD.replace(b'"good"', b'"\\ud800"')
_ZIPPED = gzip.compress(GOOD, mtime=0)
GARBAGE: dict[str, tuple[bytes, int]] = {
    "gzip": (_ZIPPED, _ZIPPED.count(b"\n") + 1),
    "half a line": (GOOD[:-20], 1),
    "binary": (bytes(each for each in range(256) if each != 10), 1),
    "latin-1": (b'{"captureData": "\xe9"}', 1),
    "no record": (b'{"a": 1}\n[]\nnull\n1\n"text"', 5),
    "deep": (b"[" * 100_000, 1),
    "an id longer than DynamoDB takes": (_LONG_ID, 1),
    "an id that is no text": (_SURROGATE, 1),
    "numbers for texts": (GOOD.replace(b'"[0.5]"', b"7"), 1),
    "a time that never was": (GOOD.replace(b"2026-11-21", b"2026-99-99"), 1),
    "nothing": (b"", 0),
    "blank lines": (b"\n\r\n \n", 0),
    "a line longer than any record": (b"x" * 40_000_000, 1),
}


@dataclass(frozen=True)
class Function:
    """The function's module, as Lambda loads it, on AWS on loopback."""

    sandbox: Sandbox
    bucket: str
    table: str
    handler: Any

    def reads(self, *keys: str) -> dict[str, Any]:
        """Hand it a message per file; returns which of them come again."""
        records = []
        for number, name in enumerate(keys):
            told = {"bucket": {"name": self.bucket}, "object": {"key": name}}
            body = json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": told}]})
            records.append({"messageId": str(number), "body": body, "eventSource": "aws:sqs", "attributes": {}})
        context = SimpleNamespace(
            function_name="shadow", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="1"
        )
        answer: dict[str, Any] = self.handler({"Records": records}, context)
        return answer

    def put(self, name: str, content: bytes) -> str:
        self.sandbox.client("s3").put_object(Bucket=self.bucket, Key=name, Body=content)
        return name

    @property
    def summary(self) -> Summary:
        pairs = DynamoDBPairs(self.sandbox.client("dynamodb"), self.table, time.time)
        return pairs.load(ShadowPeriod("mortgage", 1, Comparison(), 0.0), ()).summary


@pytest.fixture(scope="module")
def function(sandbox: Sandbox) -> Iterator[Function]:
    bucket, ledger, pairs = sandbox.name("captured"), ledger_table(sandbox), make_table(sandbox)
    sandbox.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    plan = Plan((Step(0, 60, 600, shadow=Shadow(60)), Step(10_000, 60, 600)), (ErrorRate(),))
    release = Release("mortgage", "v1", "v2", "aaaa1111", "bbbb2222", plan, ())
    state = EndpointState("mortgage", 1, rollout=Rollout(1, release, 0.0, Phase.PROGRESSING, 0))
    DynamoDBLedger(sandbox.client("dynamodb"), ledger).commit(state, None)
    with pytest.MonkeyPatch.context() as patch:
        variables = {
            "AWS_ENDPOINT_URL": sandbox.url,
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "SERINUS_LEDGER": ledger,
            "SERINUS_PAIRS": pairs,
            "SERINUS_PREDICTIONS": "none",
            "SERINUS_METRIC_PERIOD": "60",
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        patch.delitem(sys.modules, "lambdas.captures.handler", raising=False)
        module = importlib.import_module("lambdas.captures.handler")
        yield Function(sandbox, bucket, pairs, module.handler)
        sys.modules.pop("lambdas.captures.handler", None)


@pytest.mark.parametrize("what", GARBAGE)
def test_what_is_no_record_is_counted_as_damaged_once_and_told_with_its_line(
    function: Function, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    content, damaged = GARBAGE[what]
    before = function.summary
    name = function.put(key("canary", what.replace(" ", "-")), content)
    for _ in range(2):
        assert function.reads(name) == {"batchItemFailures": []}
    after = function.summary
    assert after == before._replace(damaged=before.damaged + damaged)
    told = [vars(record) for record in caplog.records if record.getMessage() == "damaged capture"]
    assert [record["key"] for record in told] == [name] * bool(damaged)
    assert all(record["lines"][0].startswith("line 1: no capture record") for record in told)


def test_the_good_lines_of_a_file_count_all_the_same(function: Function) -> None:
    before = function.summary
    kept = [line(side("[0.5]"), inference_id="kept"), b"{", _LONG_ID, _SURROGATE]
    names = [function.put(key(variant, "kept"), b"\n".join(kept)) for variant in ("stable", "canary")]
    assert function.reads(*names) == {"batchItemFailures": []}
    after = function.summary
    assert (after.requests, after.damaged) == (before.requests + 1, before.damaged + 6)


def test_keys_that_are_nobodys_are_left_alone(function: Function) -> None:
    before = function.summary
    names = ["captured/x.jsonl", key("stable", endpoint="nobodys"), key("third"), "captured/mortgage/stable/x.txt"]
    assert function.reads(*[function.put(name, GOOD) for name in names]) == {"batchItemFailures": []}
    assert function.summary == before


@given(st.lists(st.binary(max_size=12)), st.integers(1, 5))
def test_lines_are_what_they_are_however_they_come(parts: list[bytes], size: int) -> None:
    content = b"\n".join(parts)
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    assert [each for each in lines(chunks) if each] == [each for each in content.split(b"\n") if each]
