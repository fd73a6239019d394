"""docs/patterns: every YAML block is an environment's part that loads, and that no check calls an error."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # it ships no types
import pytest
from ruamel.yaml import YAML

from infra.checks.check import Severity
from infra.checks.examine import examine
from infra.spec.schema import schema
from tests.checks.pages import TODAY, load

PAGES = Path(__file__).parents[2] / "docs" / "patterns"
BLOCKS = [
    pytest.param(block, id=f"{page.stem}-{index}")
    for page in sorted(PAGES.glob("*.md"))
    for index, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_is_part_of_an_environment_that_works(block: str, tmp_path: Path) -> None:
    """Merge it over docs/checks/example.yaml."""
    assert [str(n) for n in examine(load(tmp_path, block), TODAY) if n.check.severity is Severity.ERROR] == []


@pytest.mark.parametrize("block", BLOCKS)
def test_editors_take_every_block_too(block: str) -> None:
    # YAML 1.2, which editors read, has no dates.
    part = json.loads(json.dumps(YAML(typ="safe", pure=True).load(block), default=str))
    jsonschema.validate(part, json.loads(schema()), jsonschema.Draft7Validator)


EVERY = sorted(PAGES.glob("*.md"))
INDEX = PAGES / "README.md"


@pytest.mark.parametrize("page", [page for page in EVERY if page != INDEX], ids=lambda page: page.stem)
def test_every_page_tells_when_how_what_it_costs_and_its_limits(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for heading in ("When to use it", "The YAML", "What happens", "What it costs", "Its limits"):
        assert f"\n## {heading}\n" in text


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.stem)
def test_links_and_pictures_are_there(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


def test_the_index_leads_to_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", INDEX.read_text(encoding="utf-8")))
    assert linked == {page.name for page in EVERY if page != INDEX}
