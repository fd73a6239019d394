from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.shadow.answers import Answer, Output
from lambdas.rollout.shadow.bodies import Body, Format, read_output
from lambdas.rollout.shadow.compare import Kind, compare
from lambdas.rollout.shadow.comparison import Comparison

EXACT = Comparison()
LOOSE = Comparison(tolerance=0.1)


def out(text: str) -> Output:
    return read_output(Body(text, Format.JSON))


@pytest.mark.parametrize(
    ("stable", "canary", "terms", "found"),
    [
        ("[0.5]", "[0.5]", EXACT, [None]),
        ("[0.5]", "[0.50000000000001]", EXACT, [None]),  # rounding
        ("[0.5]", "[0.51]", EXACT, [Kind.SCORE]),
        ("[0.5, 0.5]", "[0.55, 0.7]", LOOSE, [None, Kind.SCORE]),
        ("[1000]", "[1090]", Comparison(relative=0.1), [None]),
        ("[1000]", "[1200]", Comparison(relative=0.1), [Kind.SCORE]),
        ("[0.4, 0.4]", "[0.45, 0.6]", Comparison(threshold=0.5), [None, Kind.LABEL]),
        ("[0.4]", "[0.45]", Comparison(threshold=0.5, tolerance=0.01), [Kind.SCORE]),
        ('["yes"]', '["no"]', LOOSE, [Kind.LABEL]),
        ('[{"label": "yes", "score": 0.9}]', '[{"label": "yes", "score": 0.2}]', EXACT, [None]),
        ('[{"label": "yes", "score": 0.9}]', '[{"label": "yes", "score": 0.2}]', LOOSE, [Kind.SCORE]),
        ("[[0.2, 0.8]]", "[[0.4, 0.6]]", EXACT, [None]),  # probabilities: the class is the same
        ("[[0.2, 0.8]]", "[[0.6, 0.4]]", EXACT, [Kind.LABEL]),
        ("[[3, 4]]", "[[3, 5]]", EXACT, [Kind.SCORE]),  # several numbers that are no probabilities
        ("[[1, 2]]", "[[1, 2, 3]]", LOOSE, [Kind.SCHEMA]),
        ('["1"]', "[1]", LOOSE, [Kind.SCHEMA]),
        ('[{"score": 1}]', '[{"rating": 1}]', LOOSE, [Kind.SCHEMA]),
        ('{"predictions": [1]}', '{"predictions": [1], "model": "v2"}', LOOSE, [Kind.SCHEMA]),
        ("[1, 2]", "[1]", LOOSE, [Kind.SCHEMA, Kind.SCHEMA]),
        ("[1]", "1", LOOSE, [Kind.SCHEMA]),
        ("[1, 1, NaN]", "[NaN, 1, NaN]", LOOSE, [Kind.SCHEMA, None, None]),
        ("[1e999, 1" + "0" * 400 + "]", "[1, 1]", LOOSE, [Kind.SCHEMA, Kind.SCHEMA]),
    ],
)
def test_in_what_answers_disagree(stable: str, canary: str, terms: Comparison, found: list[Kind | None]) -> None:
    assert list(compare(out(stable), out(canary), terms).found) == found


def test_an_unreadable_side_is_an_error_for_each_answer_of_the_other() -> None:
    broken = Output(unreadable="it is no JSON")
    assert compare(out("[1, 2]"), broken, LOOSE).found == (Kind.ERROR, Kind.ERROR)
    assert compare(broken, out("[1]"), LOOSE).found == (Kind.ERROR,)


def test_two_unreadable_sides_say_nothing() -> None:
    assert compare(Output(unreadable="a"), Output(unreadable="b"), LOOSE).found == ()


answers = st.builds(
    Answer,
    form=st.just("number"),
    scores=st.tuples(st.floats(-10, 10)),
)
outputs = st.builds(Output, answers=st.lists(answers, min_size=1, max_size=4).map(tuple), form=st.just("list"))
terms = st.builds(
    Comparison,
    tolerance=st.sampled_from((0.0, 0.5)),
    relative=st.sampled_from((0.0, 0.1)),
    threshold=st.sampled_from((None, 0.0)),
)


@given(outputs, terms)
def test_an_output_agrees_with_itself(output: Output, given_terms: Comparison) -> None:
    assert compare(output, output, given_terms).disagreements == 0


@given(outputs, outputs, terms)
def test_it_does_not_matter_who_is_who(first: Output, second: Output, given_terms: Comparison) -> None:
    assert compare(first, second, given_terms) == compare(second, first, given_terms)
