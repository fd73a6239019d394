"""Differences mean something when they are both there and great, and whom they blame depends on who shares them."""

from __future__ import annotations

import numpy as np

from lake.drift import Change
from lake.verdict import Kind, drifted, judge
from lambdas.rollout.quality.shift import Rule


def _change(feature: str, psi: float, p_value: float, *, answer: bool = False, missing: float = 0.0) -> Change:
    return Change(feature, 1_000, 1_000, 0, 0, psi, 0.1, 0.1, p_value, (), missing, 1e-9, answer)


SMALL, CHANCE, GREAT = _change("a", 0.01, 1e-12), _change("b", 0.4, 0.2), _change("c", 0.4, 1e-12)
ANSWER = _change("the answer", 0.5, 1e-12, answer=True)


def test_neither_significance_nor_greatness_alone_is_drift() -> None:
    assert [each.feature for each in drifted([SMALL, CHANCE, GREAT])] == ["c"]


def test_missing_values_are_drift_of_their_own() -> None:
    (found,) = drifted([_change("a", 0.0, 1.0, missing=0.3)])
    assert found.missing
    assert str(found) == "a (missing values, PSI 0.30)"


def test_many_features_do_not_make_one_significant() -> None:
    one = _change("a", 0.3, 0.0004)
    others = [_change(f"b{i}", 0.3, 0.9) for i in range(50)]
    assert drifted([one])
    assert not drifted([one, *others])


def test_false_alarms_over_all_features_stay_below_the_level() -> None:
    generator = np.random.default_rng(0)
    rule = Rule(level=0.05, psi=0.0)
    alarms = 0
    for _ in range(2_000):
        tested = [_change(str(i), 0.3, float(p)) for i, p in enumerate(generator.random(20))]
        alarms += bool(drifted([*(_without_missing(each) for each in tested)], rule))
    assert alarms / 2_000 < 0.065


def _without_missing(change: Change) -> Change:
    return Change(change.feature, 1, 1, 0, 0, change.psi, None, None, change.p_value)


def test_requests_that_differ_are_routings_fault_whatever_was_answered() -> None:
    verdict = judge([GREAT, ANSWER], stable=[GREAT], canary=[GREAT])
    assert verdict.kind is Kind.ROUTING_FAULT
    assert verdict.sentence == (
        "Routing fault: stable and the canary are asked different things, in c (PSI 0.40). "
        "Their answers cannot be compared until requests are split at random."
    )


def test_requests_that_moved_alike_are_the_world_and_not_the_canary() -> None:
    verdict = judge([SMALL], stable=[GREAT], canary=[GREAT])
    assert verdict.kind is Kind.WORLD_MOVED
    assert "The canary is not to blame." in verdict.sentence
    assert judge([SMALL, ANSWER], stable=[GREAT], canary=[GREAT]).sentence.endswith(
        "Their answers differ too, in the answer (PSI 0.50): that is the model."
    )


def test_a_canary_too_small_to_tell_leaves_it_to_the_world_where_stable_moved() -> None:
    assert judge([CHANCE], stable=[GREAT], canary=[CHANCE]).kind is Kind.WORLD_MOVED


def test_a_canary_that_alone_moved_from_the_baseline_is_unclear() -> None:
    assert judge([CHANCE], stable=[SMALL], canary=[GREAT]).kind is Kind.UNCLEAR


def test_other_answers_to_the_same_requests_are_the_model() -> None:
    assert judge([SMALL, ANSWER]).kind is Kind.ANSWERS_DIFFER


def test_nothing_is_said_to_be_the_same_as_far_as_rows_tell() -> None:
    verdict = judge([SMALL, CHANCE], [SMALL], [CHANCE])
    assert (verdict.kind, verdict.features) == (Kind.SAME, ())


def test_the_sentence_names_three_features_and_counts_the_rest() -> None:
    many = [_change(f"f{i}", 0.3 + i / 10, 1e-12) for i in range(5)]
    assert "f4 (PSI 0.70), f3 (PSI 0.60), f2 (PSI 0.50) and 2 more" in judge(many).sentence
