"""What variants are asked is counted: each new request once, by one row of it, in the baseline's bins."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.control.count_quality import count_predictions
from lambdas.rollout.quality.bins import ANSWER, Baseline, Bins
from lambdas.rollout.quality.inputs import LOWEST, Cell, binned
from lambdas.rollout.shadow.capture import Place, read_line
from tests.quality.fakes import BEGAN, SCHEMA, Scene, capture_key, capture_line

INCOME = Bins("income", (5, 5, 0), edges=(30.0,))
RACE = Bins("race", (7, 2, 1, 0), names=("white", "black"))
SAID = Bins(ANSWER, (5, 5, 0), edges=(0.5,))
BASELINE = Baseline((INCOME, RACE, SAID))
BLACK: dict[str, Any] = {"income": 20.0, "purpose": "home", "race": "black"}
DENIED = {"deny": "yes", "risk": 0.9}
MINUTE = BEGAN // 60 * 60 + 34 * 60


def _scene() -> Scene:
    scene = Scene()
    scene.baseline = BASELINE
    return scene


def _capture(scene: Scene, *lines: bytes, variant: str = "canary", name: str = "a") -> None:
    count_predictions(scene.quality, "b", scene.put(capture_key(variant, name), lines))


def _of(scene: Scene, feature: str, variant: str = "canary") -> dict[int, int]:
    cells = [cell for cell in scene.published.asked if (cell.variant, cell.feature) == (variant, feature)]
    return dict(sum((scene.published.asked[cell] for cell in cells), Counter()))


def test_each_feature_and_the_answer_are_counted_in_their_bins_at_the_minute_of_the_request() -> None:
    scene = _scene()
    _capture(scene, capture_line("i", BLACK, DENIED), capture_line("j", {**BLACK, "income": 31}, DENIED))
    assert {*scene.published.asked} == {Cell(MINUTE, "canary", each.feature, each.mark) for each in BASELINE.features}
    assert _of(scene, "income") == {LOWEST: 1, LOWEST + 1: 1}
    assert _of(scene, "race") == {LOWEST + 1: 2}
    assert _of(scene, ANSWER) == {LOWEST + 1: 2}
    assert _of(scene, "income", "stable") == {}


def test_what_a_challenger_is_asked_is_counted_nowhere_for_nobody_would_read_it() -> None:
    scene = _scene()
    _capture(scene, capture_line("i", BLACK, DENIED), variant="lean")
    assert scene.published.of("lean") == {"Predictions": 1}
    assert not scene.published.asked


def test_new_categories_and_missing_values_have_bins_of_their_own() -> None:
    scene = _scene()
    _capture(
        scene,
        capture_line("i", {"income": None, "purpose": "x", "race": "other"}, DENIED),
        capture_line("j", {"purpose": "x"}, DENIED),
    )
    assert _of(scene, "income") == {LOWEST + 2: 2}
    assert _of(scene, "race") == {LOWEST + 2: 1, LOWEST + 3: 1}


def test_a_request_counts_once_however_often_it_comes() -> None:
    scene = _scene()
    for name in ("a", "b", "a"):
        _capture(scene, capture_line("i", BLACK, DENIED), name=name)
    assert sum(_of(scene, "race").values()) == 1


def test_a_request_of_many_rows_counts_by_one_of_them_which_its_id_draws() -> None:
    people = [BLACK, {**BLACK, "race": "white"}, {**BLACK, "race": "other"}]
    drawn: Counter[int] = Counter()
    for number in range(300):
        record = read_line(
            capture_line(f"i{number}", {"instances": people}, {"predictions": [DENIED] * 3}),
            Place("mortgage", "canary"),
        )
        first, again = (binned([record], SCHEMA, Baseline((RACE,)), 60.0) for _ in range(2))
        (counted,) = first.values()
        assert first == again
        assert sum(counted.values()) == 1
        drawn.update(counted)
    assert sorted(drawn) == [LOWEST, LOWEST + 1, LOWEST + 2]
    assert min(drawn.values()) > 60


def test_a_request_that_was_not_captured_leaves_its_answer() -> None:
    line = capture_line("i", BLACK, DENIED).replace(b"endpointInput", b"other")
    scene = _scene()
    _capture(scene, line)
    assert {cell.feature for cell in {*scene.published.asked}} == {ANSWER}


def test_without_a_baseline_nothing_of_it_is_published() -> None:
    scene = Scene()
    _capture(scene, capture_line("i", BLACK, DENIED))
    assert not {*scene.published.asked}
    assert scene.published.of("canary")["Predictions"] == 1


@pytest.mark.parametrize("place", ["canary", "stable"])
def test_nothing_of_a_row_is_kept(place: str) -> None:
    """The table of predictions gets what was predicted, and no more than without a baseline."""
    scene, plain = _scene(), Scene()
    for each in (scene, plain):
        _capture(each, capture_line("i", BLACK, DENIED), variant=place)
    assert scene.predictions.known == plain.predictions.known


@given(incomes=st.lists(st.none() | st.integers(0, 60) | st.just("n/a"), max_size=30))
def test_every_request_is_in_one_bin_of_each_feature(incomes: list[Any]) -> None:
    records = [
        read_line(capture_line(f"i{number}", {**BLACK, "income": income}, DENIED), Place("mortgage", "canary"))
        for number, income in enumerate(incomes)
    ]
    made = binned(records, SCHEMA, BASELINE, 60.0)
    assert all(sum(counted.values()) == len(incomes) for counted in made.values())
    assert all(number >= LOWEST for counted in made.values() for number in counted)
