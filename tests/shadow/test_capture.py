from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.shadow.capture import DamagedLineError, Place, place_of, read_file, read_line
from tests.shadow.examples import STABLE_PLACE, line, side

AT = 1_795_254_012.0
JSON = side('{"predictions": [0.25]}')


def test_a_record_is_read() -> None:
    record = read_line(line(JSON, side('{"instances": [{"selfemp": "yes"}]}')), STABLE_PLACE)
    assert (record.endpoint, record.variant, record.id, record.at) == ("mortgage", "stable", "a", AT)
    assert [answer.scores for answer in record.output.answers] == [(0.25,)]
    assert record.request is not None
    assert "selfemp" in record.request.text


def test_without_an_inference_id_the_event_id_is_the_id() -> None:
    assert read_line(line(JSON, inference_id=None, event_id="e7"), STABLE_PLACE).id == "e7"


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("captured/mortgage/stable/2026/11/21/09/40-12-001-x.jsonl", Place("mortgage", "stable")),
        ("mortgage/canary/2026/11/21/09/x.jsonl", Place("mortgage", "canary")),
        ("a/b/c/mortgage/canary/2026/11/21/09/x.jsonl", Place("mortgage", "canary")),
        ("captured/mortgage/stable/2026/11/21/09/x.json", None),
        ("captured/2026/11/21/09/x.jsonl", None),
        ("stable/2026/11/21/09/x.jsonl", None),
    ],
)
def test_endpoint_and_variant_are_in_the_key(key: str, place: Place | None) -> None:
    assert place_of(key) == place


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\xff",
        b"[" * 100_000,
        json.dumps({"captureData": {}, "eventMetadata": {}}).encode(),
        line(JSON, at="yesterday"),
        line(JSON, at="2026-13-21T09:40:12Z"),
        line(JSON | {"data": 7}),
        line(JSON | {"data": "?", "encoding": "BASE64"}),
        line(JSON).replace(b'"a"', b"7"),
    ],
)
def test_a_line_that_is_no_record_is_damaged(damaged: bytes) -> None:
    with pytest.raises(DamagedLineError):
        read_line(damaged, STABLE_PLACE)


@given(st.lists(st.one_of(st.just(line(JSON)), st.binary(max_size=30))))
def test_damaged_lines_are_counted_and_stop_nothing(lines: list[bytes]) -> None:
    good = sum(each == line(JSON) for each in lines)
    read = read_file(lines, STABLE_PLACE)
    assert len(read.records) == good
    assert read.damaged == sum(bool(each.strip()) for each in lines) - good


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (side(b"\x89PNG", "image/png", "BASE64"), "content type"),
        (side(b"\xff\xfe", "text/csv", "BASE64"), "no text"),
        (side("{", "application/json"), "no JSON"),
        (side('"a', "text/csv", "CSV"), "no CSV"),
        (side("", "application/json"), "empty"),
        (side("", "text/csv", "CSV"), "no answer"),
        (side('{"predictions": []}'), "no answer"),
        (side('{"model": "v1", "error": "no category secret"}'), "an error"),
        (side("[" * 100_000), "no JSON"),
        (side(json.dumps(["x" * 40_000])), "longer than"),
    ],
)
def test_an_answer_that_cannot_be_read_says_why_and_quotes_nothing(output: dict[str, str], why: str) -> None:
    read = read_line(line(output), STABLE_PLACE).output
    assert why in read.unreadable
    assert "secret" not in read.unreadable
    assert read.answers == ()


def test_a_request_that_cannot_be_read_leaves_the_record() -> None:
    read = read_line(line(JSON, side(b"\x89PNG", "image/png", "BASE64")), STABLE_PLACE)
    assert (len(read.output.answers), read.request) == (1, None)
