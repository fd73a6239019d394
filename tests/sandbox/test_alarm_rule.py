from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloudwatch.alarm_rule import AlarmRuleError, alarms_in, holds

STATES = {"a": "ALARM", "b": "OK", "c d": "INSUFFICIENT_DATA"}


def true(rule: str) -> bool:
    return holds(rule, STATES.__getitem__)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(a)", True),
        ('ALARM("b")', False),
        ("OK('b')", True),
        ('INSUFFICIENT_DATA("c d")', True),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)", True),
        ("NOT ALARM(a)", False),
        ("ALARM(b) OR ALARM(a)", True),
        ("ALARM(a) AND ALARM(b)", False),
        ("ALARM(a) OR ALARM(b) AND ALARM(b)", True),  # AND binds before OR
        ("(ALARM(a) OR ALARM(b)) AND ALARM(b)", False),
        ("NOT (ALARM(b) OR FALSE) AND TRUE", True),
    ],
)
def test_rules(rule: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert true(rule) is expected


@pytest.mark.parametrize(
    "rule", ["", "ALARM", "ALARM(a", "a", "ALARM(a) ALARM(b)", "AND", "NOT", "BAD(a)", "ALARM(a) OR"]
)
def test_what_cannot_be_read_is_refused(rule: str) -> None:
    with pytest.raises(AlarmRuleError):
        true(rule)


def test_alarms_are_found_in_their_order() -> None:
    assert alarms_in('ALARM(b) OR (OK("c d") AND NOT ALARM(a))') == ["b", "c d", "a"]


rules = st.recursive(
    st.sampled_from([("TRUE", True), ("FALSE", False), ("ALARM(a)", True), ("ALARM(b)", False)]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: (f"({pair[0][0]} AND {pair[1][0]})", pair[0][1] and pair[1][1])),
        st.tuples(inner, inner).map(lambda pair: (f"({pair[0][0]} OR {pair[1][0]})", pair[0][1] or pair[1][1])),
        inner.map(lambda one: (f"NOT ({one[0]})", not one[1])),
    ),
    max_leaves=15,
)


@given(rules)
def test_any_rule_is_as_true_as_its_logic(rule: tuple[str, bool]) -> None:
    assert true(rule[0]) is rule[1]
