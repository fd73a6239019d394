"""Whatever the command line says: an answer, or a sentence that says what is wrong with it; never a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cli.exits import Exit
from cli.main import main

if TYPE_CHECKING:
    import pytest

OFFLINE = ["check", "flags", "explain", "batch-compare"]
"""Commands that ask no AWS and are done soon."""
WORDS = [
    "prod",
    "nowhere",
    "mortgage",
    "documents",
    "--json",
    "--markdown",
    "--strict",
    "--rps",
    "--error-rate",
    "--base",
    "--price",
    "--rollouts",
    "--scenario",
    "--seed",
    "--table",
    "--out",
    "-1",
    "0",
    "nan",
    "1e309",
    "5%",
    "latency=",
    "a=b",
    "=",
    "healthy",
    "/nowhere/at.all",
    "",
    "--",
]
CODES = [Exit.FINE, Exit.NOTHING, Exit.USAGE, Exit.AWS, Exit.NOT_PROMOTED, Exit.OVER_BUDGET, Exit.DISAGREES]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(OFFLINE), st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=5))
@example("explain", ["prod", "documents", "--rps", "nan"])
@example("explain", ["prod", "documents", "--rps", "-1"])
@example("simulate", ["prod", "mortgage", "--rollouts", "0"])
@example("simulate", ["prod", "mortgage", "--rollouts", "-1"])
@example("simulate", ["prod", "mortgage", "--table", "/nowhere/at.all"])
@example("check", ["/nowhere/at.all"])
def test_it_ends_with_a_code_and_a_sentence(
    capsys: pytest.CaptureFixture[str], command: str, words: list[str]
) -> None:
    try:
        code = int(main([command, *words]))
    except SystemExit as ended:  # argparse: help, or what it does not understand
        code = int(ended.code or 0)
    told = capsys.readouterr()
    assert code in CODES
    assert "Traceback" not in told.err + told.out
    if code:
        assert (told.err + told.out).strip()


_PIECES = [
    "account: 1",
    "region: mars",
    "endpoints:",
    "  a:",
    "    rollout: {mode: progressive}",
    "- x",
    "a: &a [*a]",
    "%",
    "\t",
    "{",
    "? :",
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=12), max_size=8).map("\n".join))
@example("[" * 5_000)
def test_a_file_of_whatever_is_refused_with_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("files") / "prod.yaml"
    file.write_bytes(text.encode(errors="surrogatepass"))
    code = main(["check", str(file)])
    told = capsys.readouterr()
    assert code == Exit.USAGE
    assert "prod.yaml" in told.err + told.out
    assert "Traceback" not in told.err + told.out
