"""Documents: what is written is what is read, and damage is named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.documents import DamagedDocumentError, decode, encode
from lambdas.rollout.guardrails import ErrorRate, Latency
from lambdas.rollout.plan import Inconclusive, Plan, Step
from lambdas.rollout.release import Release
from lambdas.rollout.state import EndpointState, Phase, Rollout
from tests.examples import RELEASE

_steps = st.builds(
    Step, weight=st.integers(1, 10_000), bake=st.integers(1), max_bake=st.integers(1), approval=st.booleans()
)
_plans = st.builds(
    Plan,
    steps=st.lists(_steps, max_size=4).map(tuple),
    guardrails=st.lists(st.one_of(st.builds(ErrorRate), st.builds(Latency)), max_size=3).map(tuple),
    false_rollback=st.floats(0, 1),
    inconclusive=st.sampled_from(Inconclusive),
)
_releases = st.builds(
    Release,
    endpoint=st.text(),
    stable=st.text(),
    canary=st.none() | st.text(),
    pair=st.text(),
    shape=st.text(),
    plan=st.none() | _plans,
    alarms=st.lists(st.text()).map(tuple),
)
_rollouts = st.builds(
    Rollout,
    number=st.integers(),
    release=_releases,
    began=st.floats(0, 1e10),
    phase=st.sampled_from(Phase),
    serving_since=st.none() | st.floats(0, 1e10),
    awaits=st.none() | st.integers(),
)


@given(
    st.builds(
        EndpointState,
        endpoint=st.text(),
        revision=st.integers(),
        proven=st.lists(st.text()).map(tuple),
        rollout=st.none() | _rollouts,
    )
)
def test_what_is_written_is_what_is_read(state: EndpointState) -> None:
    assert decode(EndpointState, encode(state)) == state


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"endpoint": 3}, "Release.endpoint"),
        ({"extra": 1}, "unknown keys ['extra']"),
        ({"plan": {"steps": "all", "guardrails": []}}, "Release.plan.steps"),
        ({"alarms": [1]}, "Release.alarms[0]"),
    ],
)
def test_damage_is_named(change: dict[str, Any], path: str) -> None:
    with pytest.raises(DamagedDocumentError) as caught:
        decode(Release, json.dumps({**json.loads(encode(RELEASE)), **change}))
    assert path in str(caught.value)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(DamagedDocumentError, match=r"missing keys \['alarms', 'canary'"):
        decode(Release, "{}")


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    with pytest.raises(DamagedDocumentError):
        decode(Release, text)
