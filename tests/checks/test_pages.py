"""Every check has a page, and every page's examples do what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from infra.checks.examine import examine
from infra.checks.table import CHECKS
from tests.checks.pages import DOCS, TODAY, example, examples, found, ids, load

if TYPE_CHECKING:
    from pathlib import Path

    from infra.checks.check import Check
    from tests.checks.pages import Example

IDS = [check.id for check in CHECKS]
SAMPLES = examples("aws-samples")


def test_there_are_thirty_checks_and_more_each_with_a_name_of_its_own() -> None:
    assert len(IDS) == len(set(IDS)) >= 30
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", id_) for id_ in IDS)


def test_every_check_has_a_page_and_every_page_a_check() -> None:
    pages = {path.stem for path in DOCS.glob("*.md")} - {"README", "aws-samples"}
    assert pages == set(IDS)


@pytest.mark.parametrize("check", CHECKS, ids=IDS)
def test_the_page_says_severity_and_why(check: Check[Any]) -> None:
    text = (DOCS / f"{check.id}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {check.id}\n\n**{check.severity}** on ")
    assert f": {check.why}\n" in text
    assert re.fullmatch(r"\S.*\.", check.why), "a sentence"
    assert "\n## Fix\n\n" in text


def test_the_table_of_all_is_complete() -> None:
    rows = re.findall(
        r"^\| \[(\S+)\]\((\S+)\.md\) \| (\w+) \| (.+) \|$", (DOCS / "README.md").read_text(), re.MULTILINE
    )
    assert sorted(rows) == sorted((check.id, check.id, str(check.severity), check.why) for check in CHECKS)


def test_nothing_is_flagged_in_what_the_examples_build_on(tmp_path: Path) -> None:
    assert ids(examine(load(tmp_path, ""), TODAY)) == set()


@pytest.mark.parametrize("id_", IDS)
def test_the_example_that_fires_does(id_: str, tmp_path: Path) -> None:
    assert id_ in found(example(id_, "Fires"), tmp_path)


@pytest.mark.parametrize("id_", IDS)
def test_in_the_example_that_does_not_fire_nothing_is_flagged(id_: str, tmp_path: Path) -> None:
    assert found(example(id_, "Does not fire"), tmp_path) == set()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.heading)
def test_awss_own_samples_are_flagged_as_their_page_says(sample: Example, tmp_path: Path) -> None:
    text = (DOCS / "aws-samples.md").read_text(encoding="utf-8").split(f"## {sample.heading}\n")[1].split("\n## ")[0]
    assert found(sample, tmp_path) == set(re.findall(r"\[([a-z-]+)\]\(\1\.md\)", text))


def test_there_are_four_samples() -> None:
    assert len(SAMPLES) == 4
