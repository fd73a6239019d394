"""Reading what was predicted: every row or none, and nothing guessed."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rollout.quality.predicted import Inference, Prediction, inference, word
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from lambdas.rollout.shadow.capture import DamagedLineError, Place, read_line
from tests.quality.fakes import SCHEMA, capture_line

PLACE = Place("mortgage", "canary")
WHITE = {"income": 51.0, "purpose": "home", "race": "white"}
NUMBERED = replace(SCHEMA, predicted=Predicted(label="column 1", score="column 2", positive="1"))


def _read(request: Any, answer: Any, schema: Schema = SCHEMA) -> tuple[Prediction | None, ...] | None:
    found = inference(read_line(capture_line("id", request, answer), PLACE), schema)
    return found.predictions if found else None


def _side(text: str, media: str, encoding: str) -> dict[str, str]:
    data = base64.b64encode(text.encode()).decode() if encoding == "BASE64" else text
    return {"observedContentType": media, "mode": "INPUT", "data": data, "encoding": encoding}


def _bodies(request: dict[str, str], answer: dict[str, str], schema: Schema) -> tuple[Prediction | None, ...] | None:
    line = {
        "captureData": {"endpointInput": request, "endpointOutput": answer},
        "eventMetadata": {"eventId": "e", "inferenceTime": "2026-11-18T11:40:12Z"},
    }
    found = inference(read_line(json.dumps(line), PLACE), schema)
    return found.predictions if found else None


def test_an_answer_has_its_label_its_score_and_the_groups_of_its_subject() -> None:
    record = read_line(capture_line("id", WHITE, {"deny": "no", "risk": 0.2}), PLACE)
    expected = Inference("canary", record.at, (Prediction("no", 0.2, None, ("race=white",)),))
    assert inference(record, SCHEMA) == expected


def test_each_row_of_a_batch_has_its_own_groups() -> None:
    rows = {"instances": [WHITE, {**WHITE, "race": "black"}, {**WHITE, "race": "other"}]}
    answers = {
        "predictions": [{"deny": "no", "risk": 0.1}, {"deny": "yes", "risk": 0.9}, {"deny": "no", "risk": 0.3}]
    }
    found = _read(rows, answers)
    assert found is not None
    assert [(each.label, each.groups) for each in found if each] == [
        ("no", ("race=white",)),
        ("yes", ("race=black",)),
        ("no", ()),
    ]


@pytest.mark.parametrize("encoding", ["CSV", "BASE64"])
def test_csv_has_its_columns_in_the_schemas_order(encoding: str) -> None:
    found = _bodies(
        _side("51,home,white\n20,car,black\n", "text/csv", encoding),
        _side("1,0.9\n0,0.2\n", "text/csv", encoding),
        NUMBERED,
    )
    assert found == (Prediction("1", 0.9, None, ("race=white",)), Prediction("0", 0.2, None, ("race=black",)))


def test_lists_have_their_columns_in_the_schemas_order() -> None:
    found = _read({"instances": [[51, "home", "black"]]}, {"predictions": [[1, 0.75]]}, NUMBERED)
    assert found == (Prediction("1", 0.75, None, ("race=black",)),)


def test_a_score_alone_means_the_positive_label_from_its_threshold_on() -> None:
    schema = replace(SCHEMA, predicted=Predicted(score="risk", positive="yes", threshold=0.3))
    found = _read({"instances": [WHITE, WHITE]}, [{"risk": 0.3}, {"risk": 0.29}], schema)
    assert found is not None
    assert [each.label for each in found if each] == ["yes", "not yes"]


def test_below_the_threshold_it_is_the_favourable_label_where_that_is_another_one() -> None:
    schema = replace(SCHEMA, predicted=Predicted(score="column 1", positive="yes", favourable="no"))
    found = _read({"instances": [WHITE, WHITE]}, {"model": "v1", "predictions": [0.7, 0.2]}, schema)
    assert found is not None
    assert [(each.label, each.score) for each in found if each] == [("yes", 0.7), ("no", 0.2)]


@pytest.mark.parametrize(
    ("said", "read"), [("sad", "sad"), (" glad ", "glad"), (1.0, "1"), ("1", "1"), ("angry", None), ("Sad", None)]
)
def test_of_several_classes_the_label_is_one_of_them_or_there_is_none(said: Any, read: str | None) -> None:
    schema = replace(SCHEMA, predicted=Predicted("mood", classes=("sad", "glad", "1.0")))
    expected = None if read is None else (Prediction(read, None, None, ("race=white",)),)
    assert _read(WHITE, {"mood": said}, schema) == expected


def test_a_regression_has_values() -> None:
    schema = replace(SCHEMA, predicted=Predicted(label="price"), groups={})
    assert _read(WHITE, {"price": "12.5"}, schema) == (Prediction(value=12.5),)


@pytest.mark.parametrize(
    "answer",
    [
        {"deny": "no"},
        {"deny": "no", "risk": 1.2},
        {"deny": "no", "risk": "nan"},
        {"deny": "no", "risk": True},
        {"deny": None, "risk": 0.2},
        {"deny": " ", "risk": 0.2},
        {"risk": 0.2},
        [{"deny": "no"}, {"risk": 0.2}],
        "no",
        {},
        [],
    ],
)
def test_an_answer_without_all_that_the_schema_names_is_none(answer: Any) -> None:
    assert _read(WHITE, answer) is None


def test_a_row_without_a_prediction_keeps_its_place() -> None:
    found = _read({"instances": [WHITE, WHITE]}, [{"deny": "no"}, {"deny": "no", "risk": 0.2}])
    assert found == (None, Prediction("no", 0.2, None, ("race=white",)))


@pytest.mark.parametrize(
    "request_", [{"income": 1.0}, {"income": 1.0, "race": None}, {"income": 1.0, "race": "other"}]
)
def test_whoever_cannot_be_told_is_in_no_group(request_: Any) -> None:
    assert _read(request_, {"deny": "no", "risk": 0.2}) == (Prediction("no", 0.2),)


@pytest.mark.parametrize("request_", ["text", [WHITE, WHITE], {"age": 3}, {"income": None}, {"instances": [[1, 2]]}])
def test_what_was_asked_otherwise_than_the_schema_says_does_not_count(request_: Any) -> None:
    assert _read(request_, {"deny": "no", "risk": 0.2}) is None


def test_a_csv_has_all_columns_of_the_schema() -> None:
    answer = _side("1,0.9\n", "text/csv", "CSV")
    for asked in ("51,home", "income,race\n51,white"):
        assert _bodies(_side(asked, "text/csv", "CSV"), answer, NUMBERED) is None
    named = _bodies(_side("race,income,purpose\nwhite,51,car", "text/csv", "CSV"), answer, NUMBERED)
    assert named == (Prediction("1", 0.9, None, ("race=white",)),)


@pytest.mark.parametrize(
    ("value", "written"),
    [(1, "1"), (1.0, "1"), ("1", "1"), (" 1.0 ", "1"), (True, "true"), ("yes ", "yes"), ("", None), (None, None)],
)
def test_a_label_is_written_in_one_way(value: Any, written: str | None) -> None:
    assert word(value) == written


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["deny", "risk", "race"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(request=VALUES, answer=VALUES)
def test_whatever_is_captured_is_read_whole_or_not_at_all(request: Any, answer: Any) -> None:
    try:
        record = read_line(capture_line("id", request, answer), PLACE)
    except DamagedLineError:
        return
    found = inference(record, SCHEMA)
    if found:
        assert any(found.predictions)
        for each in filter(None, found.predictions):
            assert each.label
            assert each.score is not None
            assert 0 <= each.score <= 1
            assert set(each.groups) <= set(SCHEMA.each_group)


def test_every_group_of_the_schema_has_a_name() -> None:
    schema = replace(SCHEMA, columns={"a": Kind.CATEGORY, "b": Kind.CATEGORY}, groups={"a": ("x", "y"), "b": ("x",)})
    assert schema.each_group == ("a=x", "a=y", "b=x")
