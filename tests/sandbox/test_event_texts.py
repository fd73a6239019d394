from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.events.permission import permits
from sandbox.events.transform import target_input
from sandbox.lambda_runtime.emf import metrics

RULE = "arn:aws:events:eu-west-1:123456789012:rule/r"
EVENT: dict[str, Any] = {"source": "s", "detail": {"name": 'a "b"', "n": 3, "list": [{"x": 1}]}, "time": "t"}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, EVENT),
        ({"Input": '{"k": 1}'}, {"k": 1}),
        ({"InputPath": "$.detail.list[0]"}, {"x": 1}),
        ({"InputPath": "$.detail.none"}, None),
    ],
)
def test_what_a_target_gets(target: dict[str, Any], expected: Any) -> None:
    assert json.loads(target_input(target, EVENT, RULE)) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"name": <name>, "n": <n>}', {"name": 'a "b"', "n": 3}),
        ('"<name> has <n>"', 'a "b" has 3'),
        ('{"all": <list>, "rule": "<aws.events.rule-name>"}', {"all": [{"x": 1}], "rule": "r"}),
        ('"nothing: <none>"', "nothing: "),
    ],
)
def test_templates_are_filled(template: str, expected: Any) -> None:
    paths = {"name": "$.detail.name", "n": "$.detail.n", "list": "$.detail.list", "none": "$.detail.none"}
    target = {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}
    assert json.loads(target_input(target, EVENT, RULE)) == expected


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_any_value_survives_a_template(value: Any) -> None:
    transformer = {"InputPathsMap": {"v": "$.detail"}, "InputTemplate": '{"v": <v>}'}
    assert json.loads(target_input({"InputTransformer": transformer}, {"detail": value}, RULE)) == {"v": value}


def statement(**changes: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    return {"Statement": [base | changes]}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (statement(), True),
        (statement(Action=["sqs:*"]), True),
        (statement(Action="sns:Publish"), False),
        (statement(Principal={"Service": "s3.amazonaws.com"}), False),
        (statement(Principal="*"), True),
        (statement(Effect="Deny"), False),
        (statement(Condition={"ArnEquals": {"aws:SourceArn": RULE}}), True),
        (statement(Condition={"ArnLike": {"AWS:SourceArn": [RULE[:-1] + "*"]}}), True),
        (statement(Condition={"ArnLike": {"AWS:SourceArn": RULE + "2"}}), False),
        (statement(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}), True),
        (statement(Condition={"StringEquals": {"aws:PrincipalTag/x": "y"}}), False),
        (None, False),
    ],
)
def test_permissions(policy: dict[str, Any] | None, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert permits(policy, "events.amazonaws.com", "sqs:SendMessage", RULE) is expected


def emf(**changes: Any) -> str:
    directive = {"Namespace": "N", "Dimensions": [["s"], ["s", "t"]], "Metrics": [{"Name": "m", "Unit": "Count"}]}
    return json.dumps(
        {"_aws": {"Timestamp": 2500, "CloudWatchMetrics": [directive]}, "s": 1, "t": "x", "m": [1, 2]} | changes
    )


def test_embedded_metrics_come_once_per_set_of_dimensions() -> None:
    first, second = metrics(emf())
    assert (first.namespace, first.name, first.unit, first.at) == ("N", "m", "Count", 2.5)
    assert (first.dimensions, second.dimensions) == ({"s": "1"}, {"s": "1", "t": "x"})
    assert first.values == [1.0, 2.0]


@pytest.mark.parametrize("line", ["", "{", '{"_aws": 1}', '{"a": 1}', emf(_aws={}), emf(m="no number"), "text _aws"])
def test_a_line_that_is_no_embedded_metric_is_a_line(line: str) -> None:
    assert metrics(line) == []
