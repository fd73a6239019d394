from pathlib import Path

from demo.answers import Answer, Weight, answers, line, weights
from demo.tally import Return, tally, way_back


def _answer(at: float, model: str, *, error: str = "") -> Answer:
    return Answer(at=at, took=0.5, variant="" if error else "stable", model=model, error=error)


SEEN = (
    _answer(1, "v2"),
    _answer(2, "v3"),
    _answer(3, "v3", error="ValueError: unknown"),
    _answer(4, "v2"),
    _answer(5, "v3", error="ValueError: unknown"),
    _answer(6, "v2"),
)


def test_failures_of_the_broken_version_are_the_canarys() -> None:
    counted = tally(SEEN, "v3")

    assert (counted.requests, counted.served) == (6, 4)
    assert (counted.failed_on_stable, counted.failed_on_canary) == (0, 2)
    assert counted.by_model == {"v2": (3, 0), "v3": (3, 2)}


def test_every_other_failure_counts_against_stable() -> None:
    nobody_answered = _answer(7, "", error="EndpointConnectionError: nobody listens")
    counted = tally((*SEEN, nobody_answered, _answer(8, "v2", error="out of memory")), "v3")

    assert (counted.failed_on_stable, counted.failed_on_canary) == (2, 2)


def test_the_way_back_is_measured_from_the_first_failure() -> None:
    seen = (Weight(0.5, 0.0), Weight(2, 0.1), Weight(4.25, 0.0))

    assert way_back(SEEN, seen, "v3") == Return(until_weight_0=1.25, until_last_answer=2.5)


def test_a_weight_that_never_comes_back_is_told() -> None:
    back = way_back(SEEN, (Weight(0.5, 0.0), Weight(2, 0.1)), "v3")

    assert back is not None
    assert back.until_weight_0 is None


def test_there_is_no_way_back_without_a_failure() -> None:
    assert way_back(SEEN[:2], (), "v3") is None


def test_a_line_that_is_half_written_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(map(line, SEEN)) + line(SEEN[0])[:20])

    assert answers(path) == SEEN


def test_there_are_no_records_before_there_is_a_file(tmp_path: Path) -> None:
    assert weights(tmp_path / "weights.jsonl") == ()
