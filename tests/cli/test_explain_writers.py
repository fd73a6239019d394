"""What is written of an outlook that was made by hand."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from cli.explain.advice import advice
from cli.explain.document import document
from cli.explain.markdown import markdown
from cli.explain.text import text
from cli.explain.words import summary
from cli.foresight.journey import End
from cli.foresight.outlook import Course, Courses, Outlook, Sight, Spread
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.plan import Plan
from tests.cli.outlooks import COURSES, OUTLOOK, PAGE, SHADOW_PAGE, STEPS

GOLDEN = Path(__file__).parent / "golden"


PAGES = {"explain": PAGE, "explain-shadow": SHADOW_PAGE}


@pytest.mark.parametrize("name", PAGES)
def test_the_text_is_as_it_was(name: str) -> None:
    printed = io.StringIO()
    Console(file=printed, width=150, markup=False, highlight=False).print(text(PAGES[name]), soft_wrap=True)
    lines = [line.rstrip() for line in printed.getvalue().splitlines()]
    assert lines == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", PAGES)
def test_the_markdown_is_as_it_was(name: str) -> None:
    assert markdown(PAGES[name]) == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


def test_a_shadow_is_a_step_of_its_own_in_the_document() -> None:
    (endpoint,) = document(SHADOW_PAGE)["endpoints"]
    assert [step["shadow"] and step["shadow"]["sample"] for step in endpoint["steps"]] == [5_000, None, None, None]
    assert endpoint["disagreeing"]["bad"] == {"mean": 0.0, "p95": 0.0}
    assert {each["guardrail"] for each in endpoint["split"]} == {"error_rate", "latency_p95", "disagreement"}
    assert endpoint["fleet"]["hours"]["longest"] == 2 * (25_200 + 14_400) / 3_600


def test_a_bound_on_disagreement_does_not_watch_over_the_last_step() -> None:
    (explained,) = SHADOW_PAGE.endpoints
    assert explained.outlook
    assert any("At 100 % stable serves nothing" in sentence for sentence in advice(explained.outlook))


def test_the_document_has_the_numbers_behind_the_words() -> None:
    (endpoint,) = document(PAGE)["endpoints"]
    assert endpoint["steps"][0]["sights"][0] == {
        "guardrail": "error_rate",
        "alone": 7.91,
        "by_then": 7.91,
        "base": 0.005,
    }
    assert endpoint["doubled"]["bad"] == {"mean": 31.2, "p95": 80.4}
    assert endpoint["fleet"]["hours"] == {"expected": 2 * 6_720 / 3_600, "longest": 2 * 25_200 / 3_600}
    assert endpoint["fleet"]["usd"]["longest"] == 14 * 0.115
    assert sum(each["chance"] for each in endpoint["split"]) == endpoint["false_rollback"]


def _with(courses: Courses) -> Outlook:
    return replace(OUTLOOK, courses=courses)


def test_a_canary_that_is_never_taken_back_is_said_so() -> None:
    never = Course(0.01, {End.PAUSED: 0.75, End.PROMOTED: 0.25}, None, Spread(3.4, 9.0))
    said, *_ = summary(_with(replace(COURSES, doubled=never)))
    assert "is not taken back: 75 % are paused for a person to decide, 25 % are promoted; after 3.4 bad" in said


def test_a_healthy_canary_that_is_never_promoted_is_said_so() -> None:
    healthy = Course(0.005, {End.PAUSED: 1.0}, None, Spread(0.0, 0.0))
    outlook = _with(replace(COURSES, healthy=healthy))
    assert "A healthy canary is not promoted: the judge cannot tell in time (see below)." in summary(outlook)
    assert outlook.expected is None


def test_a_step_that_sees_nothing_says_what_to_do() -> None:
    blind = replace(OUTLOOK, steps=(replace(STEPS[0], requests=0.6, wants=6.0), *STEPS[1:]))
    (said,) = (sentence for sentence in advice(blind) if "sees nothing" in sentence)
    assert said.startswith("Step 1 (1 %) sees nothing in 10 min")
    assert said.endswith("by its 0.6 requests. Fix: bake 1 h, or write 6 %.")
    hopeless = replace(blind, steps=(replace(STEPS[0], requests=0.01, wants=900.0), *STEPS[1:]))
    assert any("or give it more weight" in sentence for sentence in advice(hopeless))


def test_a_detect_beyond_what_is_seen_is_told() -> None:
    first, second, third = STEPS
    dim = replace(second, sights=(Sight(ErrorRate(), None, 3.4, 0.005), Sight(ErrorRate(), None, None, 0.005)))
    said = [sentence for sentence in advice(replace(OUTLOOK, steps=(first, dim, third))) if "Over all" in sentence]
    assert ["only what is 3.4 times stable's" in said[0], "shows nothing with 90 % power" in said[1]] == [True, True]


def test_a_bound_of_its_own_watches_at_full_weight_too() -> None:
    bound = ErrorRate(at_most=0.01)
    steps = tuple(replace(step, sights=(Sight(bound, 3.0, 3.0, 0.005),)) for step in STEPS)
    outlook = replace(OUTLOOK, plan=Plan(OUTLOOK.plan.steps, (bound,)), steps=steps)
    assert not any("At 100 %" in sentence for sentence in advice(outlook))
    assert "| 1.5 % |" in markdown(replace(PAGE, endpoints=(replace(PAGE.endpoints[0], outlook=outlook),)))


def test_what_is_left_out_is_named() -> None:
    said = advice(replace(OUTLOOK, unknown=("accuracy", "recall")))
    assert any(sentence.startswith("Left out, as if they always passed: accuracy, recall;") for sentence in said)


def test_a_serverless_endpoint_needs_no_fleet() -> None:
    serverless = replace(OUTLOOK, fleet=None)
    assert "The canary needs no fleet of its own: the endpoint is serverless." in summary(serverless)
    assert (
        document(replace(PAGE, endpoints=(replace(PAGE.endpoints[0], outlook=serverless),)))["endpoints"][0]["fleet"]
        is None
    )


def test_where_nothing_judges_errors_it_is_said() -> None:
    said = summary(_with(Courses(COURSES.healthy)))
    assert said[0] == "Nothing judges errors: a canary that answers everything with an error is left to the alarms."
