from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.shadow.answers import Answer, UnreadableError
from lambdas.rollout.shadow.bodies import Body, Format, format_of, read_output, read_rows


def read(text: str, form: Format = Format.JSON) -> list[tuple[tuple[str, ...], tuple[float, ...]]]:
    return [(answer.texts, answer.scores) for answer in read_output(Body(text, form)).answers]


@pytest.mark.parametrize(
    ("text", "form", "answers"),
    [
        ("0.5", Format.JSON, [((), (0.5,))]),
        ("[0.5, 0.6]", Format.JSON, [((), (0.5,)), ((), (0.6,))]),
        ('{"model": "v1", "predictions": [0.5, 0.6]}', Format.JSON, [((), (0.5,)), ((), (0.6,))]),
        ('{"predictions": [[0.1, 0.9]]}', Format.JSON, [((), (0.1, 0.9))]),
        ('{"predictions": [{"score": 0.4, "predicted_label": 0}]}', Format.JSON, [(("0",), (0.4,))]),
        ('[{"label": "POSITIVE", "score": 0.99}]', Format.JSON, [(("POSITIVE",), (0.99,))]),
        ('{"label": ["__label__1"], "prob": [0.9]}', Format.JSON, [(("__label__1",), (0.9,))]),
        ('{"approved": true, "why": null}', Format.JSON, [(("true",), ())]),
        ('{"score": 0.1}\n{"score": 0.2}\n', Format.LINES, [((), (0.1,)), ((), (0.2,))]),
        ('{"predictions": [0.1, 0.3]}{"predictions": [0.2]}', Format.JSON, [((), (s,)) for s in (0.1, 0.3, 0.2)]),
        ("[0.1, 0.9]\n[0.2, 0.8]", Format.LINES, [((), (0.1, 0.9)), ((), (0.2, 0.8))]),
        ("0.1\n0.2\n", Format.CSV, [((), (0.1,)), ((), (0.2,))]),
        ("yes,0.1\r\nno,0.2", Format.CSV, [(("yes",), (0.1,)), (("no",), (0.2,))]),
    ],
)
def test_answers_of_every_kind_of_model(text: str, form: Format, answers: list[Any]) -> None:
    assert read(text, form) == answers


def forms(text: str) -> list[str]:
    return [answer.form for answer in read_output(Body(text, Format.JSON)).answers]


def test_the_form_tells_types_lengths_and_keys_and_no_values() -> None:
    assert forms('[1, "a", true, null, [1, 2, 3], [1, "a"], {"b": 1, "a": []}]') == [
        "number",
        "text",
        "bool",
        "null",
        "[3 x number]",
        "[number, text]",
        "{a: [], b: number}",
    ]


@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text()), st.lists))
def test_any_json_is_read_or_refused_and_never_breaks(value: Any) -> None:
    try:
        assert read_output(Body(json.dumps(value), Format.JSON)).answers
    except UnreadableError:
        assert value == []


@given(st.text(), st.sampled_from(Format))
def test_no_text_breaks_the_reader(text: str, form: Format) -> None:
    try:
        output = read_output(Body(text, form))
    except UnreadableError:
        return
    assert all(isinstance(answer, Answer) for answer in output.answers)


@pytest.mark.parametrize(
    ("content_type", "encoding", "form"),
    [
        ("application/json; charset=utf-8", "BASE64", Format.JSON),
        ("application/vnd.model+json", "BASE64", Format.JSON),
        ("application/jsonlines", "JSON", Format.LINES),
        ("TEXT/CSV", "BASE64", Format.CSV),
        ("application/x-table", "CSV", Format.CSV),
        ("image/png", "BASE64", None),
    ],
)
def test_the_content_type_says_the_format_and_the_encoding_where_it_does_not(
    content_type: str, encoding: str, form: Format | None
) -> None:
    assert format_of(content_type, encoding) == form


@pytest.mark.parametrize(
    ("text", "form", "answers", "rows"),
    [
        ('{"instances": [{"a": "x"}, {"a": "y"}]}', Format.JSON, 2, ({"a": "x"}, {"a": "y"})),
        ('[{"a": "x"}]', Format.JSON, 1, ({"a": "x"},)),
        ('{"a": "x"}', Format.JSON, 1, ({"a": "x"},)),
        ('{"a": "x"}\n{"a": "y"}', Format.LINES, 2, ({"a": "x"}, {"a": "y"})),
        ("a,b\nx,1\ny,2", Format.CSV, 2, ({"a": "x", "b": "1"}, {"a": "y", "b": "2"})),
        ("x,1\ny,2", Format.CSV, 2, ({"column 1": "x", "column 2": "1"}, {"column 1": "y", "column 2": "2"})),
        ('{"instances": [{"a": "x"}]}', Format.JSON, 2, ()),
        ("[[1, 2]]", Format.JSON, 1, ({"column 1": 1, "column 2": 2},)),
        ("[1, 2]", Format.JSON, 2, ()),
        ("{", Format.JSON, 1, ()),
    ],
)
def test_rows_are_told_apart_where_they_have_names(text: str, form: Format, answers: int, rows: Any) -> None:
    assert read_rows(Body(text, form), answers) == rows
