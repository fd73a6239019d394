"""What captures do not tell is said in a sentence: never a traceback, nor an empty picture that looks fine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli.exits import Exit
from lambdas.control.witness import witness
from tests.cli import histories
from tests.cli.captures import Inference, drawn, environment, laid
from tests.cli.terminal import Said, serinus
from tests.cli.test_docs import DOCS, keys
from tests.onlookers import ENDPOINT, Watched, deployment

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.story import Story

LAKE = (Path(__file__).parents[2] / "docs" / "lake.md").read_text(encoding="utf-8")


@pytest.fixture
def ask(good: histories.Traffic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Ask for the report of a rollout, whose environment has a schema unless a test writes another."""
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    environment(tmp_path)

    def asked(*flags: str) -> Said:
        out = ["--out", str(tmp_path / "out"), "--json"]
        return serinus(good.fakes.world, "report", "prod", "mortgage", *flags, *out)

    return asked


def _page(folder: Path) -> str:
    return (folder / "out" / "prod-mortgage-1.html").read_text()


def _parts(page: str) -> dict[str, str]:
    """Tell each part's body by its heading."""
    return dict(re.findall(r"<h3>(.*?)</h3>(.*?)</figure>", page, re.DOTALL))


@pytest.fixture
def few(promoted: Story) -> list[Inference]:
    return drawn(promoted, 40)


def test_a_folder_without_captures_has_nothing_to_show(ask: Callable[..., Said], tmp_path: Path) -> None:
    said = ask("--captures", str(tmp_path))
    assert said.code == Exit.NOTHING
    assert "has no captures of mortgage in these hours" in said.document["error"]["sentence"]
    assert not (tmp_path / "out").exists()


def test_captures_of_the_same_hours_and_another_time_are_none(
    ask: Callable[..., Said], few: list[Inference], promoted: Story, tmp_path: Path
) -> None:
    before = [each._replace(at=promoted.began - 1 - place) for place, each in enumerate(few)]
    said = ask(*laid(tmp_path, before))
    assert said.code == Exit.NOTHING
    assert "from 2026-11-21T09:40:00Z" in said.document["error"]["sentence"]
    assert not (tmp_path / "out").exists()


def test_an_endpoint_without_a_schema_is_refused(
    ask: Callable[..., Said], few: list[Inference], tmp_path: Path
) -> None:
    environment(tmp_path, "")
    said = ask(*laid(tmp_path, few))
    assert said.code == Exit.USAGE
    assert said.document["error"]["sentence"] == "mortgage in prod has no schema"


@pytest.mark.parametrize("flags", [["--truths", "x"], ["--baseline", "x"]])
def test_what_goes_with_captures_is_refused_without_them(ask: Callable[..., Said], flags: list[str]) -> None:
    said = ask(*flags)
    assert said.code == Exit.USAGE
    assert said.document["error"]["fix"] == "add --captures DIR or --fetch"


def test_a_baseline_that_is_none_is_refused(ask: Callable[..., Said], few: list[Inference], tmp_path: Path) -> None:
    (tmp_path / "statistics.json").write_text("{}", encoding="utf-8")
    said = ask(*laid(tmp_path, few), "--baseline", str(tmp_path / "statistics.json"))
    assert said.code == Exit.USAGE
    assert "no statistics.json of Model Monitor" in said.document["error"]["sentence"]


@pytest.mark.parametrize("damage", ["folder", "dangling", "bytes"])
def test_files_that_cannot_be_read_end_in_a_sentence(
    ask: Callable[..., Said], few: list[Inference], tmp_path: Path, damage: str
) -> None:
    flags = laid(tmp_path, few)
    broken = next((tmp_path / "captures").rglob("a.jsonl")).with_name("b.jsonl")
    if damage == "folder":
        broken.mkdir()
    elif damage == "dangling":
        broken.symlink_to(tmp_path / "nowhere")
    else:
        broken.write_bytes(b"\x00\xff\xfe{\n" * 20)
    said = ask(*flags)
    if damage == "bytes":
        assert said.code == Exit.FINE
        assert "Records that could not be read, by what is wrong with them: " in _page(tmp_path)
    else:
        assert said.code == Exit.USAGE
        assert said.document["error"]["sentence"]


def test_where_no_record_can_be_read_there_is_no_picture(
    ask: Callable[..., Said], few: list[Inference], tmp_path: Path
) -> None:
    flags = laid(tmp_path, few)
    for path in (tmp_path / "captures").rglob("a.jsonl"):
        path.write_text("damaged\n" * 3, encoding="utf-8")
    assert ask(*flags).code == Exit.FINE
    page = _page(tmp_path)
    assert "No record could be read" in page
    assert re.search(r"wrong with them: canary record \d+, stable record \d+\.", page)
    assert _parts(page) == {}


@pytest.mark.parametrize(
    ("truths", "sentence"),
    [
        (None, "No truths were given"),
        ("empty", "has no truths of these hours"),
        ("others", "nothing belongs to these answers"),
    ],
)
def test_without_truths_it_says_so_and_shows_the_rest(
    ask: Callable[..., Said], few: list[Inference], tmp_path: Path, truths: str | None, sentence: str
) -> None:
    flags = laid(tmp_path, few)
    if truths == "others":
        for path in (tmp_path / "truths").rglob("*.jsonl"):
            path.write_text(path.read_text().replace("able-", "other-").replace("canary-", "other-"))
    elif truths == "empty":
        flags[-1] = str(tmp_path / "nowhere")
    said = ask(*(flags[:2] if truths is None else flags))
    assert said.code == Exit.FINE
    assert said.document["quality"]["slices"] == []
    parts = _parts(_page(tmp_path))
    for title in ("Quality over time", "Labels"):
        assert sentence in parts[title]
        assert "<svg" not in parts[title]
    assert "<svg" in parts["Drift"]
    assert "<svg" in parts["Groups by race"]
    assert ("labelled" in parts["Labels"].split("<table")[1]) == (truths is not None)


def test_one_variant_alone_is_compared_with_nothing(
    ask: Callable[..., Said], few: list[Inference], tmp_path: Path
) -> None:
    flags = laid(tmp_path, [each for each in few if each.variant == "stable"])
    assert ask(*flags).code == Exit.FINE
    page = _page(tmp_path)
    assert "No answer of canary was captured in this time." in page
    assert "there is nothing to compare" in _parts(page)["Drift"]
    assert "<svg" not in _parts(page)["Drift"]


def test_with_a_baseline_both_are_compared_with_it(ask: Callable[..., Said], promoted: Story, tmp_path: Path) -> None:
    before = tmp_path / "before"
    drawn_ = drawn(promoted, 400)
    hours = ["--since", "2026-11-21T09:00:00Z", "--until", "2026-11-21T12:00:00Z"]
    written = ["--write-baseline", str(before)]
    serinus_ = serinus(histories.Traffic(lambda _: (0, 0)).fakes.world, "quality", "prod", "mortgage",
                       *laid(before, drawn_), *hours, *written)  # fmt: skip
    assert serinus_.code == Exit.FINE
    dearer = [each._replace(income=3 * each.income) for each in drawn_]
    said = ask(*laid(tmp_path, dearer), "--baseline", str(before / "statistics.json"))
    drift = _parts(_page(tmp_path))["Drift"]
    assert said.document["quality"]["verdict"]["kind"] == "the world moved"
    assert "The world moved: requests differ from the baseline in income" in drift
    for look in ("apart", "stable", "canary"):
        assert drift.count(f'class="line bar {look}"') == 2 * 4
    assert len(re.findall(r">\d\.\d\d drifted<", drift)) == 2 * 2


def test_a_deployment_of_sagemakers_own_has_no_canary(tmp_path: Path) -> None:
    watched = Watched()
    for shown in deployment("a", "b", 1_000.0):
        watched.looks.now = shown
        witness(watched.onlooker, shown)
    asked = ("report", "prod", "--captures", "x", "--out", str(tmp_path), "--json")
    said = serinus(watched.fakes.world, *asked, endpoints=(ENDPOINT,), native=watched.history)
    assert said.code == Exit.USAGE
    assert said.document["error"]["fix"] == "name a rollout: --rollout N"


def test_every_key_of_json_is_described(ask: Callable[..., Said], few: list[Inference], tmp_path: Path) -> None:
    document: Any = json.loads(json.dumps(ask(*laid(tmp_path, few)).document))
    told = {name: value for name, value in document["quality"].items() if name != "drift"}
    assert {key for key in keys([told, document["quality"]["drift"]["canary to stable"]])
            if f"`{key}`" not in DOCS + LAKE} == set()  # fmt: skip
    for key in ("slices", "shares", "delays", "uneven"):
        assert f"`{key}`" in DOCS
