"""Names in metric math: whole ones, and nothing that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.expression import functions, ids, renamed


@pytest.mark.parametrize(
    ("expression", "used", "called"),
    [
        ("late + later", {"late", "later"}, set()),
        ("100*(m1/m2)", {"m1", "m2"}, set()),
        ("IF(m1 > 1e3, FILL(m2, REPEAT), 0.5)", {"m1", "m2"}, {"IF", "FILL", "REPEAT"}),
        ("SEARCH('{AWS/SageMaker,EndpointName} x', \"Sum\")", set(), {"SEARCH"}),
        ("m1 && m_2 OR aB", {"m1", "m_2", "aB"}, {"OR"}),
        ("", set(), set()),
    ],
)
def test_ids_and_functions(expression: str, used: set[str], called: set[str]) -> None:
    assert set(ids(expression)) == used
    assert set(functions(expression)) == called


def test_only_whole_names_outside_of_quotes_are_renamed() -> None:
    assert renamed("m1 + m10 + 2m1 + 'm1' + m1", {"m1": "q0_m1"}) == "q0_m1 + m10 + 2m1 + 'm1' + q0_m1"


@given(st.lists(st.from_regex(r"[a-z][A-Za-z0-9_]{0,5}", fullmatch=True), min_size=1, max_size=5))
def test_renaming_all_ids_renames_all_of_them_and_back(names: list[str]) -> None:
    expression = " + ".join(f"FILL({name}, 0)" for name in names)
    there = {name: f"q7_{name}" for name in names}
    assert ids(renamed(expression, there)) == frozenset(there.values())
    assert renamed(renamed(expression, there), {new: old for old, new in there.items()}) == expression
