"""Names by content: what must change them, and what must not."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.content import model_name, pair, shape
from infra.execution import role_name
from infra.spec import Autoscaling, BreakGlass, Capture, Endpoint, Instance
from infra.variants import kept
from tests.stacks.specs import ENDPOINT, V1, V2

ROLLING_OUT = replace(ENDPOINT, canary=V2)


@pytest.mark.parametrize(
    "changed",
    [
        replace(ENDPOINT, stable=replace(V1, version="v1.1")),
        replace(ENDPOINT, stable=replace(V1, image="serinus/other:1")),
        replace(ENDPOINT, stable=replace(V1, environment={"GREETING": "other"})),
        replace(ENDPOINT, execution_role="arn:aws:iam::123456789012:role/other"),
        ROLLING_OUT,
        replace(ENDPOINT, stable=V2, canary=V1),
    ],
)
def test_the_pair_is_the_models(changed: Endpoint) -> None:
    assert pair(changed) != pair(ENDPOINT)


@pytest.mark.parametrize(
    "changed",
    [
        replace(ENDPOINT, instance=Instance("ml.m5.xlarge", 1)),
        replace(ENDPOINT, instance=Instance("ml.m5.large", 2)),
        replace(ENDPOINT, capture=Capture("s3://a-bucket/there")),
        replace(ENDPOINT, capture=Capture("s3://a-bucket/there", csv=("text/csv",))),
        replace(ENDPOINT, kms_key="arn:aws:kms:eu-west-1:123456789012:key/1234abcd"),
        replace(ENDPOINT, break_glass=BreakGlass("live is broken", 9_000, 1_000)),
    ],
)
def test_the_shape_is_all_else_of_the_configuration(changed: Endpoint) -> None:
    assert pair(changed) == pair(ENDPOINT)
    assert shape(changed) != shape(ENDPOINT)


def test_how_long_captures_are_kept_is_the_buckets_affair_and_no_reason_for_another_fleet() -> None:
    captured = replace(ENDPOINT, capture=Capture("s3://a-bucket/there", 10))
    assert shape(captured) == "f86e69e0"  # as it was before there was more to say of captures
    assert shape(replace(ENDPOINT, capture=Capture("s3://a-bucket/there", 10, keep=86_400))) == shape(captured)
    assert shape(replace(ENDPOINT, capture=Capture("s3://a-bucket/there", 10, json=("a/b",)))) != shape(captured)


def test_a_count_that_autoscaling_moves_is_not_part_of_the_shape() -> None:
    scaled = replace(ENDPOINT, autoscaling=Autoscaling(1, 4, 100))
    assert shape(scaled) == shape(replace(scaled, instance=Instance("ml.m5.large", 3)))
    assert kept(scaled) == [f"production_variants[0].initial_{name}" for name in ("variant_weight", "instance_count")]


def test_what_the_configuration_does_not_hold_changes_nothing() -> None:
    forced = replace(ENDPOINT, force="larger machines now")
    assert (pair(forced), shape(forced)) == (pair(ENDPOINT), shape(ENDPOINT))


@example(endpoint="0" * 16 + "-0" * 14, version="0" * 9, environment="a")
@given(
    endpoint=st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,30}", fullmatch=True),
    version=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", fullmatch=True),
    environment=st.from_regex(r"[a-z][a-z0-9-]{0,19}", fullmatch=True),
)
def test_names_fit_aws(endpoint: str, version: str, environment: str) -> None:
    named, model = replace(ENDPOINT, name=endpoint), replace(V1, version=version)
    name = model_name(named, model)
    assert len(name) <= 63
    assert all(part.isalnum() for part in name.split("-") if part)
    assert not name.startswith("-")
    assert len(role_name(environment, endpoint)) <= 64
    assert model_name(named, replace(model, version=f"{version}x")) != name
    assert model_name(replace(named, name=f"{endpoint}x"), model) != name
