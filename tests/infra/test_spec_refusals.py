"""Every kind of broken environment file, with exactly what is said against it (tests/infra/refusals)."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.specs import NATIVE, PROGRESSIVE, changed, refusal

_RIGHT = {"progressive": PROGRESSIVE, "native": NATIVE}
_CASE = re.compile(r"(?P<name>\w+) \((?P<base>\w+)\)\n(?P<old>(?:- .*\n)+)(?P<new>(?:\+ .*\n)*)\n(?P<said>[\s\S]+)")


@dataclass(frozen=True, slots=True)
class Case:
    """One way to break a file that is right."""

    name: str
    text: str
    said: str


def cases() -> list[Case]:
    files = sorted((Path(__file__).parent / "refusals").glob("*.txt"))
    return [_case(block) for file in files for block in file.read_text(encoding="utf-8").split("\n## ")[1:]]


def _case(block: str) -> Case:
    match = _CASE.fullmatch(block)
    assert match, block
    old, new = (re.sub(r"^[-+] ", "", match[part], flags=re.MULTILINE) for part in ("old", "new"))
    if new:
        old, new = old.removesuffix("\n"), new.removesuffix("\n")
    return Case(match["name"], changed(_RIGHT[match["base"]], old, new), match["said"].strip())


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_broken_file_is_refused_with_place_value_and_fix(case: Case, tmp_path: Path) -> None:
    assert refusal(tmp_path, case.text) == case.said


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for case in cases()]
    assert len(names) == len(set(names)) >= 100
