"""Each request counts once, in whatever order and however often its halves come."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.control.count_quality import count_predictions, count_truths
from lambdas.rollout.quality.ports import Outcome
from lambdas.rollout.quality.schema import Predicted
from tests.quality.fakes import BEGAN, SCHEMA, Scene, capture_key, capture_line, truth_key, truth_line

if TYPE_CHECKING:
    from collections.abc import Sequence

BLACK = {"income": 20.0, "purpose": "home", "race": "black"}
DENIED = {"deny": "yes", "risk": 0.9}


def _capture(scene: Scene, *lines: bytes, variant: str = "canary", name: str = "a") -> int | None:
    return count_predictions(scene.quality, "b", scene.put(capture_key(variant, name), lines))


def _reveal(scene: Scene, *lines: bytes, name: str = "a") -> Any:
    return count_truths(scene.quality, "b", scene.put(truth_key(name), lines))


def test_a_prediction_is_counted_when_it_is_made_and_judged_when_its_truth_comes() -> None:
    scene = Scene()
    assert _capture(scene, capture_line("i", BLACK, DENIED)) == 1
    assert scene.published.of("canary") == {"Predictions": 1}
    assert scene.published.of("canary", "race=black") == {"Decisions": 1, "Unfavourable": 1}

    assert _reveal(scene, truth_line("i", "no")) == {Outcome.COUNTED: 1}

    assert scene.published.values == {
        ("canary", "LogLoss"): [pytest.approx(-math.log(0.1))],
        ("canary", "Brier"): [pytest.approx(0.81)],
    }
    counted = {"Predictions": 1, "Labelled": 1, "FalsePositives": 1, "ExpectedPositives": 0.9}
    assert scene.published.of("canary") == counted
    assert scene.published.of("canary", "race=black") == {"Decisions": 1, "Unfavourable": 1, "FalsePositives": 1}
    assert scene.published.times == {BEGAN // 60 * 60 + 34 * 60}


REQUESTS = st.lists(
    st.tuples(st.sampled_from(["stable", "canary", "lean"]), st.booleans(), st.booleans()), max_size=8
)


@given(requests=REQUESTS, data=st.data())
def test_the_order_and_the_number_of_times_change_nothing(
    requests: list[tuple[str, bool, bool]], data: st.DataObject
) -> None:
    events: list[tuple[str, int]] = [(half, index) for index in range(len(requests)) for half in ("capture", "truth")]
    again = data.draw(st.lists(st.sampled_from(events), max_size=6)) if events else []
    scene = Scene()
    for number, (half, index) in enumerate(data.draw(st.permutations([*events, *again]))):
        variant, predicted, true = requests[index]
        answer = {"deny": "yes" if predicted else "no", "risk": 0.9 if predicted else 0.1}
        if half == "capture":
            _capture(scene, capture_line(f"i{index}", BLACK, answer), variant=variant, name=str(number))
        else:
            _reveal(scene, truth_line(f"i{index}", "yes" if true else "no"), name=str(number))
    for variant in scene.arms:
        _assert_counted(scene, variant, [(p, t) for v, p, t in requests if v == variant])


def _assert_counted(scene: Scene, variant: str, rows: Sequence[tuple[bool, bool]]) -> None:
    cells = {"TruePositives": (True, True), "FalsePositives": (True, False), "FalseNegatives": (False, True)}
    counted = scene.published.of(variant)
    assert counted.get("Predictions", 0) == counted.get("Labelled", 0) == len(rows)
    for name, cell in (cells | {"TrueNegatives": (False, False)}).items():
        assert counted.get(name, 0) == sum(row == cell for row in rows)
        assert scene.published.of(variant, "race=black").get(name, 0) == sum(row == cell for row in rows)


@pytest.mark.parametrize("told", range(3))
def test_of_a_shadow_both_answers_to_a_request_meet_its_truth(told: int) -> None:
    """Whenever it comes: it is one truth, and judges two models."""
    scene = Scene()
    for step in range(3):
        if step == told:
            outcome = _reveal(scene, truth_line("i", "yes"))
        else:
            variant = "stable" if scene.published.of("canary") else "canary"
            answer = DENIED if variant == "canary" else {"deny": "no", "risk": 0.1}
            _capture(scene, capture_line("i", BLACK, answer), variant=variant)
    assert outcome == ({Outcome.COUNTED: 1} if told else {Outcome.WAITING: 1})
    one = {"Predictions": 1, "Labelled": 1}
    assert scene.published.of("canary") == one | {"TruePositives": 1, "ExpectedPositives": 0.9}
    assert scene.published.of("stable") == one | {"FalseNegatives": 1, "ExpectedPositives": 0.1}


def test_the_first_truth_counts_and_a_second_one_is_told_by_what_it_says() -> None:
    scene = Scene()
    _capture(scene, capture_line("i", BLACK, DENIED))
    assert _reveal(scene, truth_line("i", "yes"), truth_line("i", "yes"), truth_line("i", "no")) == {
        Outcome.COUNTED: 1,
        Outcome.DOUBLED: 1,
        Outcome.CONTRADICTORY: 1,
    }
    assert scene.published.of("canary")["TruePositives"] == 1
    assert scene.published.found == {Outcome.COUNTED: 1, Outcome.DOUBLED: 1, Outcome.CONTRADICTORY: 1}


def test_a_truth_after_the_window_is_late() -> None:
    scene = Scene()
    _capture(scene, capture_line("i", BLACK, DENIED))
    scene.time += SCHEMA.window
    assert _reveal(scene, truth_line("i", "yes")) == {Outcome.LATE: 1}
    assert "Labelled" not in scene.published.of("canary")


def test_a_truth_that_does_not_fit_its_answer_is_told() -> None:
    scene = Scene()
    _capture(scene, capture_line("i", BLACK, DENIED))
    assert _reveal(scene, truth_line("i", "yes", "no")) == {Outcome.UNFIT: 1}


def test_a_label_that_is_none_of_the_classes_is_told_and_is_neither_right_nor_wrong() -> None:
    scene = Scene(replace(SCHEMA, predicted=Predicted("deny", classes=("yes", "no", "later"))))
    assert (
        _capture(scene, capture_line("i", BLACK, {"deny": "never"}), capture_line("j", BLACK, {"deny": "yes"})) == 1
    )
    rows = {"instances": [BLACK, BLACK]}
    _capture(scene, capture_line("k", rows, [{"deny": "yes"}, {"deny": "later"}]), name="b")
    assert _reveal(scene, truth_line("i", "never"), truth_line("j", "never"), truth_line("k", "yes", "never")) == {
        Outcome.WAITING: 1,
        Outcome.UNFIT: 2,
    }
    assert scene.published.of("canary") == {"Predictions": 3, "Labelled": 1, "TruePositives": 1}


def test_a_truth_waits_for_its_prediction() -> None:
    scene = Scene()
    assert _reveal(scene, truth_line("i", "yes")) == {Outcome.WAITING: 1}
    _capture(scene, capture_line("i", BLACK, DENIED))
    assert scene.published.of("canary")["TruePositives"] == 1


@pytest.mark.parametrize(
    "key",
    ["captured/mortgage/third/2026/11/18/11/a.jsonl", "captured/other/canary/2026/11/18/11/a.jsonl", "model.tar.gz"],
)
def test_files_of_nobody_are_left_alone(key: str) -> None:
    scene = Scene()
    assert (count_predictions(scene.quality, "b", key), count_truths(scene.quality, "b", key)) == (None, None)


def test_a_capture_is_no_truth_and_a_truth_no_capture() -> None:
    scene = Scene()
    assert count_truths(scene.quality, "b", capture_key()) is None
    assert count_predictions(scene.quality, "b", truth_key()) is None


def test_a_variant_that_takes_no_part_is_left_alone() -> None:
    scene = Scene()
    scene.arms = ("stable", "canary")
    line = capture_line("i", BLACK, DENIED)
    assert [_capture(scene, line, variant=variant) for variant in ("lean", "canary")] == [None, 1]
    assert {variant for variant, _ in scene.published.counted} == {"canary"}


def test_an_endpoint_may_have_the_name_of_anothers_variant() -> None:
    scene = Scene()
    scene.arms = ("stable", "canary", "mortgage")
    capture, truth = (
        scene.put(f"{folder}/mortgage/2026/11/18/11/a.jsonl", [line])
        for folder, line in (("mortgage", capture_line("i", BLACK, DENIED)), ("truths", truth_line("i", "yes")))
    )
    assert (count_predictions(scene.quality, "b", capture), count_truths(scene.quality, "b", capture)) == (1, {})
    assert (count_predictions(scene.quality, "b", truth), count_truths(scene.quality, "b", truth)) == (
        None,
        {Outcome.COUNTED: 1},
    )
    assert scene.published.of("mortgage")["TruePositives"] == 1


def test_without_a_rollout_or_a_schema_nothing_is_read() -> None:
    scene = Scene(schema=None)
    assert count_predictions(scene.quality, "b", capture_key()) is None
    assert count_truths(scene.quality, "b", truth_key()) is None


def test_what_was_predicted_before_the_rollout_is_left_out() -> None:
    scene = Scene()
    assert _capture(scene, capture_line("i", BLACK, DENIED, time="2026-11-18T11:06:39Z")) == 0


class _DiedError(Exception):
    """The function is gone."""


class _Dying:
    """A port whose nth call, with others, is the last: before it, or after it took effect."""

    def __init__(self, port: Any, left: list[int], *, after: bool) -> None:
        self._port, self._left, self._after = port, left, after

    def __getattr__(self, name: str) -> Any:
        def called(*args: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] == 0 and not self._after:
                raise _DiedError
            result = getattr(self._port, name)(*args)
            if self._left[0] == 0:
                raise _DiedError
            return result

        return called


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, 14))
def test_whoever_dies_where_shows_the_judge_nothing_twice(nth: int, after: bool) -> None:  # noqa: FBT001 - a parameter
    scene = Scene()
    capture = scene.put(capture_key(), [capture_line(f"i{index}", BLACK, DENIED) for index in range(3)])
    truth = scene.put(truth_key(), [truth_line(f"i{index}", "yes") for index in range(3)])
    left = [nth]
    dying = replace(
        scene.quality,
        predictions=_Dying(scene.predictions, left, after=after),
        published=_Dying(scene.published, left, after=after),
    )
    with contextlib.suppress(_DiedError):
        count_predictions(dying, "b", capture)
        count_truths(dying, "b", truth)
    for _ in range(2):  # the queue brings both files again
        count_predictions(scene.quality, "b", capture)
        count_truths(scene.quality, "b", truth)

    for counters in (scene.published.of("canary"), scene.published.of("canary", "race=black")):
        assert all(count <= 3 for count in counters.values()), counters
    if left[0] > 0:  # nobody died
        counted = {"Predictions": 3, "Labelled": 3, "TruePositives": 3, "ExpectedPositives": pytest.approx(2.7)}
        assert scene.published.of("canary") == counted
