from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.rollout.documents import decode, encode
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.shadow.bodies import Body, Format, read_output
from lambdas.rollout.shadow.compare import Compared, Kind, compare
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.report import headline, lines, worst
from lambdas.rollout.shadow.segments import segments_of
from lambdas.rollout.shadow.summary import Paired, Summary, with_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

TERMS = Comparison(threshold=0.5)
ROW = '{"instances": [{"age": 40, "selfemp": "yes", "single": true, "history": "1", "phist": "no", "condo": "no"}]}'


def paired(number: int, stable: float, canary: float, segments: Sequence[str] = ()) -> Paired:
    first, second = (read_output(Body(f"[{score}]", Format.JSON)) for score in (stable, canary))
    return Paired(f"id-{number:04d}", first, second, compare(first, second, TERMS), (tuple(segments),))


def summed(*pairs: Paired) -> Summary:
    return with_pairs(Summary(), pairs)


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (None, ("selfemp=yes", "single=true", "phist=no")),
        (("age", "phist", "nowhere"), ("age=40", "phist=no")),
        ((), None),
    ],
)
def test_segments_are_the_first_columns_of_words_or_those_named(
    columns: tuple[str, ...] | None, names: tuple[str, ...] | None
) -> None:
    found = segments_of(Body(ROW, Format.JSON), 1, Comparison(segments=columns))
    assert found == (() if names is None else (names,))


def test_what_is_long_is_no_segment() -> None:
    row = '[{"name": "a name that is longer than any category should be", "kind": "x"}]'
    assert segments_of(Body(row, Format.JSON), 1, Comparison()) == (("kind=x",),)


def test_segments_are_bounded_and_none_is_lost() -> None:
    summary = summed(*(paired(n, 0.1, 0.9, [f"city={n}", "kind=x"]) for n in range(100)))
    cities = {name: arm for name, arm in summary.segments.items() if name.startswith("city=")}
    assert len(cities) == 13
    assert cities["city=(others)"] == Arm(88, 88)
    assert summary.segments["kind=x"] == Arm(100, 100)


def test_columns_are_bounded() -> None:
    summary = summed(*(paired(n, 0.1, 0.9, [f"column {n}=x"]) for n in range(100)))
    assert len(summary.segments) == 8
    assert summary.answers == Arm(100, 100)


def test_examples_are_few_of_each_kind_and_the_same_in_any_order() -> None:
    pairs = [paired(n, 0.1, 0.9) for n in range(10)]
    forward, backward = summed(*pairs), summed(*reversed(pairs))
    assert [example.id for example in forward.examples] == ["id-0000", "id-0001", "id-0002"]
    assert forward.examples == backward.examples
    assert (forward.examples[0].stable, forward.examples[0].canary) == ("0.1", "0.9")


def test_a_summary_survives_being_stored() -> None:
    summary = summed(paired(1, 0.1, 0.9, ["a=b"]), paired(2, 0.1, 0.2))
    assert decode(Summary, encode(summary)) == summary


def test_the_worst_segment_is_the_one_that_is_surely_worse() -> None:
    segments = {"a=lucky": Arm(1, 1), "a=surely": Arm(60, 100), "a=fine": Arm(0, 900)}
    assert [each.name for each in worst(segments)] == ["a=surely", "a=lucky"]


def test_a_report_tells_share_bounds_kinds_segments_and_examples() -> None:
    pairs = [paired(n, 0.1, 0.9 if n < 2 else 0.1, ["selfemp=yes" if n < 2 else "selfemp=no"]) for n in range(100)]
    summary = summed(*pairs)._replace(damaged=3)
    assert lines(summary) == (
        "2 of 100 answers disagree, 0.243 % to 7.04 % with 95 % confidence",
        "in: label 2",
        "not read: 3 damaged lines",
        "worst segments (bounds that hold for all segments at once):",
        "  selfemp=yes: 2 of 2, 11.2 % to 100 % with 95 % confidence",
        "examples:",
        "  id-0000 row 0 (label): stable 0.1 | canary 0.9",
        "  id-0001 row 0 (label): stable 0.1 | canary 0.9",
    )


def test_a_report_of_nothing_says_so() -> None:
    assert headline(Summary()) == "nothing has been compared"
    only = Paired("a", *(read_output(Body("1", Format.JSON)),) * 2, Compared())
    assert lines(summed(only)) == (
        "nothing has been compared",
        "not compared: 1 of 1 requests, readable on neither side",
    )


def test_kinds_add_up_to_the_disagreements() -> None:
    broken = paired(3, 0.1, 0.1)._replace(compared=Compared((Kind.ERROR,)))
    summary = summed(paired(1, 0.1, 0.9), broken)
    assert (summary.kinds, summary.answers) == ({"label": 1, "error": 1}, Arm(2, 2))
