"""What the checks say of feature flags, day by day."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.checks.check import Severity
from infra.checks.examine import examine
from infra.checks.table import OF_FLAGS
from tests.checks.pages import TODAY, example, found, ids, load

if TYPE_CHECKING:
    from infra.checks.notice import Notice

LAST = date(2026, 12, 1)
STAFF = "{attribute: email, ends_with: '@example.com'}"
SHOWN = ", ".join(f"{{weight: {weight}%, bake: 1h, max_bake: 12h}}" for weight in (5, 50, 100))
DARK = "{weight: 90%, flag: staff, bake: 30m, max_bake: 6h}"
DAYS = 2
"""Days that the four steps last at most: 42 hours, begun late in the day or not."""


def examined(folder: Path, today: date, steps: str = f"{DARK}, {SHOWN}", ignore: str = "") -> tuple[Notice, ...]:
    flag = f"{{owner: mortgage-team, expires: {LAST}, when: [{STAFF}]}}"
    rollout = f"{{routing: sticky, steps: [{steps}]}}"
    text = f"{ignore}\nendpoints: {{mortgage: {{flags: {{staff: {flag}}}, rollout: {rollout}}}}}"
    return examine(load(folder, text), today)


def test_a_flag_may_stay_on_its_last_day_and_not_on_the_next(tmp_path: Path) -> None:
    assert "flag-expired" not in ids(examined(tmp_path, LAST))
    notices = examined(tmp_path, LAST + timedelta(1))
    (expired,) = (notice for notice in notices if notice.check.id == "flag-expired")
    assert expired.check.severity is Severity.WARNING
    assert expired.keys == ("endpoints", "mortgage", "flags", "staff", "expires")
    assert expired.place.text == "2026-12-01"
    assert "1 day ago" in expired.problem
    assert "mortgage-team" in expired.fix


def test_a_flag_has_to_outlast_the_plan_of_its_step(tmp_path: Path) -> None:
    assert examined(tmp_path, LAST - timedelta(DAYS)) == ()
    (found,) = examined(tmp_path, LAST - timedelta(DAYS - 1))
    assert (found.check.id, found.check.severity) == ("flag-expires-in-rollout", Severity.WARNING)
    assert found.keys[-4:] == ("rollout", "steps", 0, "flag")
    assert "may last until 2026-12-02" in found.problem
    assert "2026-12-02 or later under flags.staff" in found.fix


def test_a_flag_that_two_steps_use_is_told_once(tmp_path: Path) -> None:
    twice = f"{{weight: 50%, flag: staff, bake: 30m, max_bake: 12h}}, {DARK}, {SHOWN}"
    assert len(examined(tmp_path, LAST, twice)) == 1


@settings(max_examples=30, deadline=None)
@given(st.integers(-60, 60))
def test_whatever_the_day_a_flag_of_a_step_is_told_from_the_plans_length_before_its_last_day_on(days: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        said = ids(examined(Path(folder), LAST + timedelta(days)))
        assert ("flag-expired" in said) is (days > 0)
        assert ("flag-expires-in-rollout" in said) is (days > -DAYS)
        assert said <= {"flag-expired", "flag-expires-in-rollout"}


def test_a_flag_without_a_step_is_noticed_and_not_held_against_the_plan(tmp_path: Path) -> None:
    (found,) = examined(tmp_path, LAST, SHOWN)
    assert (found.check.id, found.check.severity) == ("flag-unused", Severity.NOTICE)
    assert found.keys == ("endpoints", "mortgage", "flags", "staff")


def test_another_endpoint_s_router_deploys_the_flags_of_a_native_one(tmp_path: Path) -> None:
    flag = f"flags: {{staff: {{owner: documents-team, expires: {LAST}, when: [{STAFF}]}}}}"

    def said(mortgage: str) -> set[str]:
        return ids(examine(load(tmp_path, f"endpoints: {{mortgage: {{{mortgage}}}, documents: {{{flag}}}}}"), TODAY))

    assert said("") == {"flag-not-deployed"}
    assert said("rollout: {routing: sticky}") == {"flag-unused"}


def test_an_expired_flag_can_be_silenced_with_a_reason(tmp_path: Path) -> None:
    def said(id_: str, today: date) -> set[str]:
        ignore = f"checks: {{ignore: [{{id: {id_}, reason: asked its owner, at: endpoints.mortgage.flags.staff}}]}}"
        return ids(examined(tmp_path, today, ignore=ignore))

    assert said("flag-expired", LAST + timedelta(1)) == {"flag-expires-in-rollout"}
    assert said("flag-expired", LAST - timedelta(9)) == {"ignored-without-effect"}


@pytest.mark.parametrize("today", [date(2021, 1, 1), date(2040, 2, 29), date(2099, 12, 1)])
@pytest.mark.parametrize("id_", [check.id for check in OF_FLAGS])
def test_the_pages_examples_do_as_they_say_whatever_the_day_is(id_: str, today: date, tmp_path: Path) -> None:
    assert id_ in found(example(id_, "Fires"), tmp_path, today)
    assert found(example(id_, "Does not fire"), tmp_path, today) == set()
