"""The tables in docs/patterns are what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.exits import Exit
from cli.main import main
from tests.checks.pages import BASE

PAGES = Path(__file__).parents[2] / "docs" / "patterns"


@pytest.mark.parametrize("name", ["shadow", "canary"])
def test_the_page_s_table_is_what_explain_prints(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    first = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    (tmp_path / "base.yaml").write_text(BASE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / f"{name}.yaml").write_text(f"extends: base.yaml\n{first}", encoding="utf-8")
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    assert main(["explain", name, "mortgage", "--markdown"]) == Exit.FINE
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert printed == [line for line in page.splitlines() if line.startswith("|")]
