from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.cloudwatch.math_evaluate import Scope, evaluate, series_of
from sandbox.cloudwatch.math_syntax import MathSyntaxError, parse
from sandbox.cloudwatch.math_values import MathTypeError, Series, Value

GRID = range(0, 50, 10)
Points = list[float | None]


def series(points: Points) -> Series:
    return {at: point for at, point in zip(GRID, points, strict=False) if point is not None}


def points(value: Value) -> Points:
    return [series_of(value).get(at) for at in GRID]


def run(expression: str, **metrics: Points) -> Points:
    known = {name: series(values) for name, values in metrics.items()}
    return points(evaluate(parse(expression), Scope(known.__getitem__, list(known), GRID, 10)))


M1: Points = [30, 20, 0, 0, None]
M2: Points = [20, None, 20, None, None]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # The examples of the user guide, "Comparison and logical operators".
        ("m1 < m2", [0, 0, 1, 0, None]),
        ("m1 >= 30", [1, 0, 0, 0, None]),
        ("m1 > 15 AND m2 > 15", [1, 0, 0, 0, None]),
        ("m1 > 15 || m2 > 15", [1, 1, 1, 0, None]),
        # Missing values count as 0; a point that is divided by zero is dropped.
        ("m1 + m2", [50, 20, 20, 0, None]),
        ("m2 / m1", [pytest.approx(2 / 3), 0, None, None, None]),
        ("m1 / m2", [1.5, None, 0, None, None]),
        ("-m1 + 2 * 3 ^ 2", [-12, -2, 18, 18, None]),
        ("(m1 - 10) / 10", [2, 1, -1, -1, None]),
        ("ABS(m1 - 25)", [5, 5, 25, 25, None]),
        ("FILL(m2, 0)", [20, 0, 20, 0, 0]),
        ("FILL(m2, REPEAT)", [20, 20, 20, 20, 20]),
        ("FILL(m2, LINEAR)", [20, 20, 20, None, None]),
        ("FILL(m2, m1)", [20, 20, 20, 0, None]),
        ("SUM([m1, m2])", [50, 20, 20, 0, None]),
        ("MAX([m1, m2])", [30, 20, 20, 0, None]),
        ("MIN([m1, m2])", [20, 20, 0, 0, None]),
        ("AVG([m1, m2])", [25, 10, 10, 0, None]),
        ("SUM(METRICS())", [50, 20, 20, 0, None]),
        ('SUM(METRICS("2"))', [20, None, 20, None, None]),
        ("m1 - MIN(m1)", [30, 20, 0, 0, None]),
        ("m1 / PERIOD(m1)", [3, 2, 0, 0, None]),
        ("TIME_SERIES(7)", [7, 7, 7, 7, 7]),
        ("m1 == 0 AND m2 != 0", [0, 0, 1, 0, None]),
    ],
)
def test_expressions(expression: str, expected: Points) -> None:
    assert run(expression, m1=M1, m2=M2) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # The tables of the user guide, "Using IF expressions".
        ("IF(a, b, c)", [30, 0, 20, None, None]),
        ("IF(a, 5, c)", [5, 5, 20, None, None]),
        ("IF(a, b, 5)", [30, 0, 5, 5, None]),
        ("IF(a, b)", [30, 0, None, None, None]),
    ],
)
def test_if(expression: str, expected: Points) -> None:
    found = run(expression, a=[1, 1, 0, 0, None], b=[30, None, 0, 0, 30], c=[0, 0, 20, None, 20])
    assert found == expected


def test_an_error_rate_needs_no_errors_to_be_zero() -> None:
    assert run("IF(n > 5, e / n, 0)", n=[10, 4, 20, None, 6], e=[1, 4, None, None, 3]) == [0.1, 0, 0, None, 0.5]


def test_fill_invents_nothing_for_a_metric_without_data() -> None:
    assert run("FILL(m, 0)", m=[]) == [None] * 5


@pytest.mark.parametrize("expression", ["", "m1 +", "m1 m2", "(m1", "IF(m1,", "m1 $ 2", "[m1", "* m1", "SUM(m1))"])
def test_what_cannot_be_read_is_refused(expression: str) -> None:
    with pytest.raises(MathSyntaxError):
        parse(expression)


@pytest.mark.parametrize("expression", ["AVG(m1)", "5", "NOPE(m1)", '"text"', "[m1, m2]", "SUM(m1) + 1"])
def test_what_is_no_single_series_is_refused(expression: str) -> None:
    with pytest.raises(MathTypeError):
        run(expression, m1=M1, m2=M2)


expressions = st.recursive(
    st.sampled_from(["m1", "m2", "3", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "<", "AND"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda text: f"IF({text}, m1, 0)"),
        inner.map(lambda text: f"(-{text})"),
    ),
    max_leaves=12,
)


@given(expressions)
def test_any_expression_gives_points_of_the_grid_and_finite_numbers(expression: str) -> None:
    for point in run(f"m1 * 0 + {expression}", m1=M1, m2=M2):
        assert point is None or abs(point) < float("inf")


@given(st.lists(st.floats(-100, 100), min_size=5, max_size=5), st.integers(1, 9))
def test_python_reads_arithmetic_the_same_way(numbers: list[float], factor: int) -> None:
    text = f"m - {factor} * m + (m - 2) * {factor} - 4 / 2 - -m"
    expected = [m - factor * m + (m - 2) * factor - 4 / 2 - -m for m in numbers]
    assert run(text, m=list(numbers)) == pytest.approx(expected)
