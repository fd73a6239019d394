"""Whatever comes in: an answer, a refusal with its sentence, or an error that AWS keeps as a dead letter."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.captures.request import files
from lambdas.rollback.request import parse as parse_alarm
from lambdas.rollout.documents import DamagedDocumentError, decode
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Entry
from lambdas.router.http import RefusedError, parse
from lambdas.witness.request import parse as parse_deployment

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
DEEP = "[" * 100_000
"""Valid as far as it goes, and too deep for every reader."""
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What an event that AWS never sends may raise: the function fails, and the event becomes a dead letter."""


def _alarm(name: object, value: object, at: object) -> dict[str, Any]:
    return {"detail": {"alarmName": name, "state": {"value": value, "timestamp": at}}}


@given(JSON)
@example({"cause": "workflow"})
def test_no_event_takes_a_rollout_back_but_an_alarm_of_ours_and_the_workflow(event: Any) -> None:
    try:
        found = parse_alarm(event, "prod")
    except MALFORMED:
        return
    assert found is None or event["cause"] == "workflow"


@given(st.text(string.ascii_letters + "._-", max_size=40), st.sampled_from(["OK", "ALARM", "INSUFFICIENT_DATA", ""]))
@example("serinus.prod.mortgage.canary.error_rate", "ALARM")
@example("serinus.prod.mortgage.stable.error_rate", "ALARM")
@example("serinus.dev.mortgage.canary.error_rate", "ALARM")
def test_an_alarm_asks_for_a_rollback_only_by_its_whole_name_and_state(name: str, value: str) -> None:
    found = parse_alarm(_alarm(name, value, "2026-11-25T09:00:00.000+0000"), "prod")
    ours = name.startswith("serinus.prod.") and name.count(".") >= 4 and ".stable." not in name
    assert (found is not None) <= (ours and value == "ALARM")
    if name == "serinus.prod.mortgage.canary.error_rate" and value == "ALARM":
        assert found is not None
        assert (found.endpoint, found.variant) == ("mortgage", "canary")


@given(JSON)
def test_no_event_makes_a_deployment_of_nonsense(event: Any) -> None:
    try:
        parse_deployment(event)
    except MALFORMED:
        return
    assert event["detail"]


@given(
    path=st.text(max_size=60) | st.just("/endpoints/mortgage/invocations"),
    key=st.text(max_size=300),
    attributes=JSON.map(json.dumps) | st.text(max_size=60),
    body=st.text(max_size=200),
    encoded=st.booleans(),
)
@example(path="/endpoints/mortgage/invocations", key="u", attributes=DEEP, body="{}", encoded=False)
@example(path="/endpoints/mortgage/invocations", key="u", attributes="{}", body="%%%=", encoded=True)
def test_whatever_a_caller_sends_the_router_answers(
    path: str, key: str, attributes: str, body: str, *, encoded: bool
) -> None:
    event = {
        "rawPath": path,
        "requestContext": {"http": {"method": "POST"}},
        "headers": {"x-serinus-key": key, "x-serinus-attributes": attributes},
        "body": body,
        "isBase64Encoded": encoded,
    }
    try:
        attributed = parse(event).attributes
    except RefusedError as error:
        told = (error.status, str(error))
    else:
        assert isinstance(attributed, dict)
        return
    assert told[0] in (400, 404)
    assert told[1]


@given(JSON.map(json.dumps) | st.text(max_size=60))
@example(DEEP)
@example("[]")
@example('"text"')
def test_a_message_of_a_queue_names_files_or_fails_alone(body: str) -> None:
    try:
        found = files(body)
    except (*MALFORMED, RecursionError):
        return
    assert all(file.bucket is not None for file in found)


@pytest.mark.parametrize("kind", [EndpointState, Entry, Release])
@pytest.mark.parametrize("text", [DEEP, '{"endpoint":' * 5_000, "", "null", "[]", "{}"], ids=lambda text: text[:12])
def test_a_damaged_item_is_named_as_such(kind: type, text: str) -> None:
    with pytest.raises(DamagedDocumentError):
        decode(kind, text)
