"""Feature flags, from the environment file to the list of them."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from cli.exits import Exit
from cli.flags import audience, expiry, flags
from cli.main import main
from infra.spec.flag import Condition, Flag
from tests.checks.pages import BASE
from tests.cli.test_docs import DOCS, keys

if TYPE_CHECKING:
    from cli.answer import Answer

GOLDEN = Path(__file__).parent / "golden"
TODAY = date(2026, 11, 21)
FILE = """\
extends: base.yaml
endpoints:
  mortgage:
    flags:
      staff:
        owner: mortgage-team
        expires: 2026-12-03
        description: people who work here
        when: [{attribute: email, ends_with: '@example.com'}, {attribute: tier, equals: beta}]
      north: {owner: growth, expires: 2026-11-18, when: [{attribute: region, one_of: [is, "no"]}]}
    rollout:
      routing: sticky
      steps:
        - {weight: 50%, flag: staff, bake: 30m}
        - {weight: 90%, flag: staff, bake: 30m}
        - {weight: 50%, flag: north, bake: 30m}
        - {weight: 100%, bake: 1h}
  documents:
    flags:
      "new-reader": {owner: "[red]documents[/red]", expires: 2026-11-21, on: true}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    (tmp_path / "base.yaml").write_text(BASE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "prod.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def listed(endpoint: str | None = None) -> Answer:
    return flags(Namespace(environment="prod", endpoint=endpoint), TODAY)


def printed(*, terminal: bool = False) -> list[str]:
    """What is printed of all flags, line by line."""
    file = io.StringIO()
    console = Console(file=file, width=200, force_terminal=terminal, markup=False, highlight=False)
    console.print(listed().text, soft_wrap=True)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_terminal_shows_the_expired_in_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert [line.split()[1] for line in printed(terminal=True) if "\x1b[31m" in line] == ["north"]


def test_the_text_is_as_it_was() -> None:
    assert printed() == (GOLDEN / "flags.txt").read_text(encoding="utf-8").splitlines()


def test_the_document_has_the_same_for_programs() -> None:
    document = listed("mortgage").document
    assert document["environment"] == "prod"
    staff, north = document["flags"]
    assert staff == {
        "endpoint": "mortgage",
        "flag": "staff",
        "owner": "mortgage-team",
        "description": "people who work here",
        "expires": "2026-12-03",
        "days_left": 12,
        "audience": "email ends with @example.com and tier is beta",
        "steps": [0, 1],
    }
    assert (north["flag"], north["days_left"], north["steps"]) == ("north", -3, [2])
    assert {key for key in keys(document) if f"`{key}`" not in DOCS} == set()


@pytest.mark.parametrize(
    ("left", "said"),
    [(12, "in 12 days"), (1, "in 1 day"), (0, "today"), (-1, "expired 1 day ago"), (-3, "expired 3 days ago")],
)
def test_an_expiry_is_told_by_its_distance(left: int, said: str) -> None:
    assert expiry(left) == said
    flag = Flag("staff", "me", str(TODAY + timedelta(left)), on=True)
    assert flag.days_left(TODAY) == left


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (Condition("tier", equals="beta"), "tier is beta"),
        (Condition("key", starts_with="test-"), "key starts with test-"),
        (Condition("email", ends_with="@example.com"), "email ends with @example.com"),
        (Condition("region", one_of=("eu", "us")), "region is one of eu, us"),
        (Condition("tier", equals=""), "tier is nothing"),
    ],
)
def test_every_comparison_has_its_words(condition: Condition, said: str) -> None:
    assert audience(Flag("any", "me", "2026-12-03", when=(condition,))) == said


def test_the_command_counts_from_today_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    before = datetime.now(UTC).date()
    assert main(["flags", "prod", "documents", "--json"]) == Exit.FINE
    (found,) = json.loads(capsys.readouterr().out)["flags"]
    after = datetime.now(UTC).date()
    assert found["days_left"] in {(TODAY - day).days for day in (before, after)}


def test_an_endpoint_without_flags_is_fine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plain.yaml").write_text("extends: base.yaml\n", encoding="utf-8")
    assert main(["flags", "plain", "mortgage"]) == Exit.FINE
    assert capsys.readouterr().out == "mortgage has no feature flags\n"
    assert main(["flags", "plain", "--json"]) == Exit.FINE
    assert json.loads(capsys.readouterr().out) == {"environment": "plain", "flags": []}


@pytest.mark.parametrize(
    ("argv", "said", "fix"),
    [
        (["prd"], "there is no", "prod"),
        (["prod", "loans"], "prod has no endpoint loans", "it has: mortgage, documents"),
    ],
)
def test_what_is_unknown_is_bad_usage_and_tells_what_is_known(
    argv: list[str], said: str, fix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["flags", *argv, "--json"]) == Exit.USAGE
    said_in = capsys.readouterr()
    error = json.loads(said_in.out)["error"]
    assert error["code"] == Exit.USAGE
    assert said in error["sentence"]
    assert fix in error["fix"]
    assert said in said_in.err


def test_a_broken_file_is_told_as_check_tells_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "prod.yaml").write_text(FILE.replace("2026-12-03", "2026-02-30"), encoding="utf-8")
    assert main(["flags", "prod"]) == Exit.USAGE
    assert "is no day of the calendar" in capsys.readouterr().out


def test_check_warns_of_a_flag_whose_day_has_passed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(1)
    (folder / "prod.yaml").write_text(FILE.replace("2026-12-03", str(yesterday)), encoding="utf-8")
    main(["check", "prod", "--json"])
    notices = json.loads(capsys.readouterr().out)["notices"]
    expired = {notice["key"] for notice in notices if notice["check"] == "flag-expired"}
    assert "endpoints.mortgage.flags.staff.expires" in expired
