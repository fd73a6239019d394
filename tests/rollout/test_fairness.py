"""Guardrails on groups: their definitions, whom they blame, and that none of them passes in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from lambdas.rollout.catalogue import queries, table
from lambdas.rollout.groups import about_groups, is_key
from lambdas.rollout.guardrails import DisparateImpact, ErrorRate, Fairness, Latency, Quality, Value
from lambdas.rollout.judge.bench import Sitting, split
from lambdas.rollout.judge.rate import RateTest
from lambdas.rollout.judge.tables import Table
from lambdas.rollout.judge.verdict import Arm, Outcome, Verdict
from lambdas.rollout.judge.words import bad, share
from lambdas.rollout.leap import most
from lambdas.rollout.plan import Progression, Step
from tests.rollout.groups import ALL, GROUPS, SCHEMA, Row, all_draws, counted, failed, period, plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.guardrails import OfGroups
    from lambdas.rollout.quality.schema import Schema

BLACK, WHITE = "race=black", "race=white"
PARITY = Fairness("demographic_parity", (BLACK,))
IMPACT = DisparateImpact("disparate_impact", (BLACK,), WHITE)
REPAYS = replace(SCHEMA, predicted=replace(SCHEMA.predicted, positive="defaults", favourable="repays"))

LABELS = st.sampled_from(["approved", "denied"])
ROWS = st.lists(
    st.builds(Row, st.sampled_from(["canary", "stable"]), st.sampled_from(GROUPS), LABELS, LABELS), max_size=60
)


def _arms(guardrail: OfGroups, rows: Sequence[Row], schema: Schema = SCHEMA) -> tuple[Arm, Arm]:
    found = table(guardrail, period(0.0, queries(guardrail, None), counted(rows, schema)))
    return (found.canary, found.stable) if found else (Arm(0, 0), Arm(0, 0))


def _matrix(rows: Sequence[Row], variant: str, group: str, labels: tuple[str, str]) -> Sequence[int]:
    """True unfavourable, false favourable, false unfavourable, true favourable: by scikit-learn."""
    own = [row for row in rows if (row.variant, row.group) == (variant, group)]
    truth, said = [row.truth for row in own], [row.said for row in own]
    return [int(count) for count in confusion_matrix(truth, said, labels=labels).ravel()] if own else [0, 0, 0, 0]


@given(ROWS, st.sampled_from(GROUPS))
def test_the_rates_are_those_of_a_confusion_matrix(rows: list[Row], group: str) -> None:
    for variant, arm in (("canary", 0), ("stable", 1)):
        tn, fp, fn, tp = _matrix(rows, variant, group, ("denied", "approved"))
        wanted = {
            "demographic_parity": Arm(tn + fn, tn + fp + fn + tp),
            "equal_opportunity": Arm(fn, fn + tp),
            "predictive_equality": Arm(fp, fp + tn),
        }
        for each in plan(*ALL[:3]).guardrails:
            if about_groups(each) and each.group == group:
                assert _arms(each, rows)[arm] == wanted[each.metric]


@given(ROWS, st.sampled_from(GROUPS))
def test_where_the_positive_label_is_bad_news_deserving_are_those_who_truly_have_the_other(
    rows: list[Row], group: str
) -> None:
    words = {"approved": "repays", "denied": "defaults"}
    rows = [row._replace(truth=words[row.truth], said=words[row.said]) for row in rows]
    tn, fp, fn, tp = _matrix(rows, "canary", group, ("defaults", "repays"))
    wanted = {
        "demographic_parity": Arm(tn + fn, tn + fp + fn + tp),
        "equal_opportunity": Arm(fn, fn + tp),
        "predictive_equality": Arm(fp, fp + tn),
    }
    for each in plan(*ALL[:3], schema=REPAYS).guardrails:
        if about_groups(each) and each.group == group:
            assert _arms(each, rows, REPAYS)[0] == wanted[each.metric]


@given(ROWS)
def test_a_disparate_impact_holds_two_groups_of_the_canarys_against_each_other(rows: list[Row]) -> None:
    other, judged = _arms(IMPACT, rows)
    for arm, group in ((other, WHITE), (judged, BLACK)):
        tn, fp, fn, tp = _matrix(rows, "canary", group, ("denied", "approved"))
        assert arm == Arm(tp + fp, tn + fp + fn + tp)


def test_counters_are_asked_for_by_group_and_of_whoever_is_judged() -> None:
    asked = queries(PARITY, None, "third")
    assert [(query.variant, query.quantity.name) for query in asked] == [
        ("third", "Unfavourable"),
        ("third", "Decisions"),
        ("stable", "Unfavourable"),
        ("stable", "Decisions"),
    ]
    dimensions = {"EndpointName": "{endpoint}", "VariantName": "{variant}", "Group": BLACK}
    assert all(query.quantity.dimensions == dimensions for query in asked)
    impact = queries(IMPACT, None, "third")
    assert {query.variant for query in impact} == {"third"}
    assert [query.quantity.dimensions["Group"] for query in impact] == [WHITE, WHITE, BLACK, BLACK]


def test_what_was_not_decided_is_missing_and_what_nobody_denied_is_none() -> None:
    assert _arms(PARITY, []) == (Arm(0, 0), Arm(0, 0))
    asked = queries(PARITY, None)
    found = table(PARITY, period(0.0, asked, {("canary", BLACK, "Decisions"): 7}))
    assert found == Table(0.0, Arm(0, 7), Arm(0, 0))
    assert table(PARITY, period(0.0, asked, {("canary", BLACK, "Unfavourable"): 7})) is None
    in_pieces = {("canary", BLACK, "Decisions"): 3, ("canary", BLACK, "Unfavourable"): 7}
    assert table(IMPACT, period(0.0, queries(IMPACT, None), in_pieces)) is None


def test_a_canary_that_denies_one_group_more_fails_by_that_group_and_by_no_other() -> None:
    judged = plan(*(replace(each, min_group=100) for each in ALL[:2]), ErrorRate())
    sitting, draws = Sitting(judged, ()), all_draws(7, {BLACK: 0.5})
    for rollout in range(40):
        assert failed(sitting, draws, rollout) == {f"demographic_parity[{BLACK}]", f"equal_opportunity[{BLACK}]"}


def test_a_group_that_the_canary_answers_favourably_half_as_often_fails_against_each_other() -> None:
    sitting, draws = Sitting(plan(ALL[3], false_rollback=0.05), ()), all_draws(7, {BLACK: 0.55})
    assert set.union(*(failed(sitting, draws, rollout) for rollout in range(20))) == {
        f"disparate_impact[{BLACK}/{other}]" for other in GROUPS if other != BLACK
    }


def _verdict(guardrail: OfGroups, canary: Arm, stable: Arm, periods: int = 1) -> Verdict:
    rows = [Table(60.0 * at, canary, stable) for at in range(periods)]
    return RateTest(guardrail, 0.01, 0.05).verdict(rows)


def test_the_verdict_names_the_group_and_holds_counts_alone() -> None:
    assert _verdict(PARITY, Arm(90, 200), Arm(180, 900)).sentence == (
        "the canary's share of unfavourable answers to race=black is higher, less than 1 % likely if it were at most"
        " 1.1 times stable's: unfavourable answers to race=black on canary 90 of 200 (45.00 %), on stable 180 of 900"
        " (20.00 %)"
    )
    assert _verdict(IMPACT, Arm(800, 1_000), Arm(240, 500)).sentence == (
        "on the canary race=black gets a favourable answer 0.6 times as often as race=white, less than 1 % likely if"
        " it were at least 0.8 times: favourable answers to race=black on canary 240 of 500 (48.00 %), to race=white"
        " 800 of 1000 (80.00 %)"
    )
    assert _verdict(IMPACT, Arm(800, 1_000), Arm(390, 500)).sentence == (
        "on the canary race=black is proven to get a favourable answer more than 0.696 times as often as race=white:"
        " favourable answers to race=black on canary 390 of 500 (78.00 %), to race=white 800 of 1000 (80.00 %)"
    )


@pytest.mark.parametrize(
    ("guardrail", "canary", "stable", "told"),
    [
        (PARITY, Arm(12, 12), Arm(0, 90_000), "12 of at least 100 answers to race=black"),
        (PARITY, Arm(0, 99), Arm(80_000, 90_000), "99 of at least 100 answers to race=black"),
        (IMPACT, Arm(9_000, 9_000), Arm(3, 99), "99 of at least 100 answers to race=black"),
        (IMPACT, Arm(0, 0), Arm(900, 900), "0 of at least 100 answers to race=white"),
        (
            replace(IMPACT, min_group=1_000),
            Arm(5, 5),
            Arm(9, 9),
            "9 of at least 1000 answers to race=black and 5 of at least 1000 answers to race=white",
        ),
        (
            Fairness("equal_opportunity", (BLACK,)),
            Arm(12, 12),
            Arm(0, 900),
            "12 of at least 100 answers to race=black where a favourable one was right",
        ),
    ],
)
def test_of_a_small_group_there_is_no_verdict(guardrail: OfGroups, canary: Arm, stable: Arm, told: str) -> None:
    verdict = _verdict(guardrail, canary, stable)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.sentence.startswith(f"the canary has {told}, too few to judge by: ")


COUNTS = st.lists(st.tuples(*[st.integers(0, 400)] * 4), max_size=6)


@given(COUNTS, st.sampled_from([PARITY, IMPACT, replace(PARITY, burst=2), Fairness("predictive_equality", (BLACK,))]))
def test_below_the_least_of_a_group_nothing_passes_and_nothing_fails(
    rows: list[tuple[int, int, int, int]], guardrail: OfGroups
) -> None:
    tables = [Table(60.0 * i, Arm(min(a, b), b), Arm(min(c, d), d)) for i, (a, b, c, d) in enumerate(rows)]
    verdict = RateTest(guardrail, 0.01, 0.05).verdict(tables)
    counted_of = [verdict.canary.total, *([verdict.stable.total] if guardrail == IMPACT else [])]
    if min(counted_of) < guardrail.min_group:
        assert verdict.outcome is Outcome.INCONCLUSIVE
    if verdict.outcome is Outcome.PASS:
        assert verdict.safety >= verdict.safety_bound, "by proof alone"


def test_a_canary_between_margin_and_detect_does_not_pass_because_harm_would_have_shown() -> None:
    counts = (Arm(27, 100), Arm(180, 900))  # 1.35 times, where 1.1 is tolerated and 1.5 to be ruled out
    assert _verdict(PARITY, *counts, periods=3).outcome is Outcome.INCONCLUSIVE


def test_a_group_that_one_arm_alone_has_met_is_not_heard_in_the_step() -> None:
    heard, unheard = (_verdict(IMPACT, Arm(0, 100), Arm(0, total)).counted_until for total in (100, 0))
    assert (heard, unheard) == (0.0, -1.0)


def test_entries_of_the_file_have_equal_parts_of_the_budget_and_their_groups_share_them() -> None:
    judged = plan(ALL[0], ErrorRate(), ALL[3], false_rollback=0.03)
    parts = split(judged)
    assert sum(parts.values()) == pytest.approx(0.03)
    assert parts["error_rate"] == pytest.approx(0.01)
    assert parts[f"demographic_parity[{BLACK}]"] == pytest.approx(0.01 / 4)
    assert parts[f"disparate_impact[{BLACK}/{WHITE}]"] == pytest.approx(0.01 / 12)


@given(st.lists(st.sampled_from(ALL), unique=True), st.floats(0.001, 0.4))
def test_the_parts_add_up_to_the_budget(entries: list[OfGroups], chance: float) -> None:
    parts = split(plan(ErrorRate(), *entries, false_rollback=chance))
    assert sum(parts.values()) == pytest.approx(chance)
    for each in entries:
        own = [part for key, part in parts.items() if key.startswith(each.metric)]
        assert sum(own) == pytest.approx(chance / (1 + len(entries)))


def test_guardrails_on_groups_are_told_from_others() -> None:
    others = (ErrorRate(), Latency(), Quality("recall"), Value("score"))
    assert [each for each in others if is_key(each.key) or about_groups(each)] == []
    judged = plan(*ALL).guardrails
    assert all(about_groups(each) and is_key(each.key) for each in judged)
    assert all(share(each) == f"share of {bad(each)}" for each in judged if about_groups(each))


def test_how_far_a_step_may_leap_is_bounded_by_what_a_group_may_suffer() -> None:
    steps = (Step(100, 60, 120), Step(5_000, 60, 120), Step(10_000, 60, 120))
    judged = replace(plan(PARITY), steps=steps, progression=Progression.EVIDENCE)
    few, many = (_verdict(PARITY, Arm(n // 5, n), Arm(1_800, 9_000)) for n in (100, 30_000))
    assert most(judged, 0, [few]) < most(judged, 0, [many]) == 1_000
    impact = replace(judged, guardrails=(IMPACT,))
    assert most(impact, 0, [_verdict(IMPACT, Arm(800, 1_000), Arm(395, 500))]) == 1_000
    assert most(impact, 0, [_verdict(IMPACT, Arm(80, 100), Arm(39, 50))]) == 100
