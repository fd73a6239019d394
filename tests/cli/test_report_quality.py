"""A report with captures: the section's figures are those of a plain computation, on the page and as data."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from scipy import stats

from cli.story import find_story
from tests.cli import histories
from tests.cli.captures import CLASSES, NUMBERS, RACES, SEVERAL, Inference, drawn, environment, laid
from tests.cli.terminal import serinus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cli.story import Story


class Asked:
    """A report that was written, beside what really happened."""

    def __init__(self, folder: Path, traffic: histories.Traffic, *more: str) -> None:
        self.story = find_story(traffic.fakes.ledger, "prod", "mortgage")
        out = ["--out", str(folder / "out"), "--svg", "--json"]
        said = serinus(traffic.fakes.world, "report", "prod", "mortgage", *more, *out)
        assert said.code == 0, said.out
        self.document: Any = said.document
        self.html = (folder / "out" / "prod-mortgage-1.html").read_text()
        self.svg = (folder / "out" / "prod-mortgage-1.svg").read_text()

    @property
    def told(self) -> Any:
        return self.document["quality"]

    @property
    def titles(self) -> list[str]:
        return re.findall(r"<h3>(.*?)</h3>", self.html)


def numbered(inferences: Iterable[Inference]) -> list[Inference]:
    """Make prices of classes: every answer is off by 0 to 30."""
    chance = np.random.default_rng(3)
    return [
        each._replace(
            said=f"{200 + chance.uniform(0, 30):.3f}", turned_out=None if each.turned_out is None else "200.0"
        )
        for each in inferences
    ]


@pytest.fixture(scope="module")
def met(promoted: Story) -> list[Inference]:
    """Inferences of a rollout; no truth of a tenth of its time ever comes, and more of the canary's come."""
    shares = {"stable": 0.4, "canary": 0.8}
    return drawn(promoted, 400, silent=lambda passed: 0.4 < passed < 0.5, labelled=shares.__getitem__)


def _prepared(
    factory: pytest.TempPathFactory, met: list[Inference], schema: str, *, number: bool = False
) -> tuple[Path, list[str]]:
    folder = factory.mktemp("report")
    environment(folder, schema)
    return folder, laid(folder, met, number=number)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory, good: histories.Traffic, met: list[Inference]) -> Asked:
    folder, flags = _prepared(tmp_path_factory, met, CLASSES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERINUS_ENVIRONMENTS", str(folder))
        return Asked(folder, good, *flags)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory, good: histories.Traffic, met: list[Inference]) -> Asked:
    folder, flags = _prepared(tmp_path_factory, numbered(met), NUMBERS, number=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERINUS_ENVIRONMENTS", str(folder))
        return Asked(folder, good, *flags)


def test_the_section_stands_between_evidence_and_decisions(classes: Asked) -> None:
    headings = re.findall(r"<h2>(.*?)</h2>", classes.html)
    assert headings[-3:] == ["Evidence", "Quality", "Decisions"]
    assert classes.titles == ["Quality over time", "Drift", "Groups by race", "Segments", "Labels"]


def test_each_slice_is_that_of_a_plain_count(classes: Asked, met: list[Inference]) -> None:
    expected = defaultdict[tuple[str, int], list[bool]](list)
    for each in met:
        if each.turned_out is not None:
            number = int(int(each.at) - int(classes.story.began)) // 120
            expected[each.variant, number].append(each.said == each.turned_out)
    assert len(classes.told["slices"]) == len(expected)
    for found, (key, right) in zip(classes.told["slices"], sorted(expected.items()), strict=True):
        bounds = stats.binomtest(sum(right), len(right)).proportion_ci(0.95, method="wilson")
        assert (found["variant"], found["labelled"]) == (key[0], len(right))
        assert (found["accuracy"], found["low"], found["high"]) == pytest.approx(
            (sum(right) / len(right), bounds.low, bounds.high), abs=1e-9
        )


def test_coverage_and_delays_are_those_of_a_plain_count(classes: Asked, met: list[Inference]) -> None:
    for variant in ("canary", "stable"):
        hours = [each.hours for each in met if each.variant == variant and each.turned_out is not None]
        (covered,) = (each for each in classes.told["coverage"] if each["variant"] == variant)
        assert (covered["answered"], covered["labelled"]) == (400, len(hours))
        (waited,) = (each for each in classes.told["delays"] if each["variant"] == variant)
        assert {each["hours"]: each["labelled"] for each in waited["hours"]} == Counter(hours)
        half, most = (int(np.quantile(hours, share, method="inverted_cdf")) for share in (0.5, 0.9))
        assert (waited["median"], waited["p90"]) == (half, most)
        assert f'<td class="number">{half} h</td>' in classes.html
        assert re.search(rf">{len(hours)} \({100 * len(hours) / 400:.1f}.%\)<", classes.html)


def test_uneven_coverage_is_said(classes: Asked) -> None:
    sentence = "truths come more often for canary than for stable: what is judged by them may be biased"
    assert classes.told["uneven"] == sentence
    assert sentence[1:] in classes.html


def test_each_group_is_counted_with_bounds_and_few_are_marked(classes: Asked, met: list[Inference]) -> None:
    shares = {(each["variant"], each["group"]): each for each in classes.told["shares"]}
    assert len(shares) == 2 * (len(RACES) + 1)
    for (variant, group), found in shares.items():
        said = [each.said == "no" for each in met if (each.variant, each.race) == (variant, group)]
        assert (found["decisions"], found["favourable"]) == (len(said), sum(said))
        assert found["too_few"] == (len(said) < 100)
        if said:
            bounds = stats.binomtest(sum(said), len(said)).proportion_ci(0.95, method="wilson")
            assert (found["low"], found["high"]) == pytest.approx((bounds.low, bounds.high), abs=1e-9)
            few = re.search(rf">too few: {len(said)}<", classes.html)
            assert bool(few) == (len(said) < 100)
    assert {variant for (variant, group), each in shares.items() if group == "nobody" and each["low"] is None} == {
        "canary",
        "stable",
    }
    assert classes.html.count(">no decisions<") == 4
    assert 'class="dot canary hollow"' in classes.html


def test_the_verdicts_sentence_stands_beside_the_drift(classes: Asked) -> None:
    sentence = "Stable and the canary are asked alike and answer alike"
    assert classes.told["verdict"]["kind"] == "same"
    assert re.search(rf"<h3>Drift</h3>\s*<figcaption>{sentence}", classes.html)


def test_users_names_are_escaped_wherever_they_stand(classes: Asked) -> None:
    for name in ("<script>black", "a & 'few'", "<b>purpose</b>"):
        assert name not in classes.html
        assert name not in classes.svg
    assert classes.html.count("&lt;script&gt;black") >= 6
    assert "a &amp; &#39;few&#39;" in classes.html
    assert "&lt;b&gt;purpose&lt;/b&gt;" in classes.html


def test_every_picture_is_well_formed_and_tells_in_words_what_it_shows(classes: Asked, numbers: Asked) -> None:
    for asked in (classes, numbers):
        pictures = re.findall(r"<svg.*?</svg>", asked.html, re.DOTALL)
        assert len(pictures) == 2 * (
            3 + len([title for title in asked.titles if title not in {"Groups", "Segments"}])
        )
        for picture in pictures:
            assert ET.fromstring(picture).get("aria-label")
        ET.fromstring(asked.svg)


def test_the_picture_by_itself_has_quality_over_time(classes: Asked, numbers: Asked) -> None:
    assert ">Mean absolute error</text>" in numbers.svg
    assert ">Right answers</text>" in classes.svg
    assert 'class="line whisker canary"' in classes.svg
    assert ".whisker" in classes.svg


def test_a_regression_has_mean_absolute_errors_and_no_groups(numbers: Asked, met: list[Inference]) -> None:
    assert numbers.titles == ["Quality over time", "Drift", "Groups", "Segments", "Labels"]
    assert "A predicted number is neither favourable nor not" in numbers.html
    assert "A predicted number is neither right nor wrong" in numbers.html
    assert "Mean absolute error of labelled answers" in numbers.html
    assert numbers.told["shares"] == []
    errors = defaultdict[tuple[str, int], list[float]](list)
    for each in numbered(met):
        if each.turned_out is not None:
            number = int(int(each.at) - int(numbers.story.began)) // 120
            errors[each.variant, number].append(abs(float(each.said) - 200.0))
    for found, (key, off) in zip(numbers.told["slices"], sorted(errors.items()), strict=True):
        assert (found["variant"], found["labelled"]) == (key[0], len(off))
        assert found["mean_absolute_error"] == pytest.approx(np.mean(off), rel=1e-9)
        if len(off) > 1:
            expected = stats.norm.interval(0.95, np.mean(off), np.std(off, ddof=1) / len(off) ** 0.5)
            assert (found["low"], found["high"]) == pytest.approx((max(0, expected[0]), expected[1]), rel=1e-9)


def test_of_several_classes_right_answers_are_drawn_and_without_a_favourable_one_no_groups(
    classes: Asked,
    good: histories.Traffic,
    met: list[Inference],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    environment(tmp_path, SEVERAL)
    asked = Asked(tmp_path, good, *laid(tmp_path, met))
    assert "No class is favourable: nothing is told of groups." in asked.html
    assert (asked.told["slices"], asked.told["shares"]) == (classes.told["slices"], [])
    for several, two in zip(asked.told["quality"], classes.told["quality"], strict=True):
        assert (several["accuracy"], several["labelled"]) == (two["accuracy"], two["labelled"])
        assert several["recall"] is None
    assert asked.told["segments"]["searched"] > 0


def test_a_segment_in_which_the_canary_is_worse_is_named(
    good: histories.Traffic, promoted: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, other = np.random.default_rng(4), {"yes": "no", "no": "yes"}
    met = [
        each._replace(said=other[each.said])
        if (each.variant, each.race) == ("canary", "<script>black") and chance.random() < 0.5
        else each
        for each in drawn(promoted, 900, lambda *_: 0.9, labelled=lambda _: 1.0)
    ]
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    environment(tmp_path)
    asked = Asked(tmp_path, good, *laid(tmp_path, met))
    (worse,) = asked.told["segments"]["worse"]
    assert worse["segment"] == "race=<script>black"
    cells = [worse["segment"].replace("<", "&lt;").replace(">", "&gt;")]
    for variant in ("canary", "stable"):
        mine = [each for each in met if (each.variant, each.race) == (variant, "<script>black")]
        wrong = sum(each.said != each.turned_out for each in mine)
        assert worse[variant] == {"wrong": wrong, "labelled": len(mine)}
        cells.append(f"{100 * wrong / len(mine):.1f} % of {len(mine)}")
    part = asked.html.partition("<h3>Segments</h3>")[2].partition("</figure>")[0].replace("\xa0", " ")
    assert all(f">{cell}<" in part for cell in cells), part
    assert "segments one is worse by 5 points beyond chance" in part
    assert "<script>" not in asked.html


def test_without_captures_the_page_has_no_such_section(good: histories.Traffic, tmp_path: Path) -> None:
    asked = Asked(tmp_path, good)
    assert "quality" not in asked.document
    assert asked.titles == []
    assert "whisker" not in asked.html
    assert "whisker" not in asked.svg


def test_a_past_rollout_is_told_by_the_captures_of_its_own_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    traffic = histories.superseding()
    ledger = traffic.fakes.ledger
    first, second = (find_story(ledger, "prod", "mortgage", number) for number in (1, 2))
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    environment(tmp_path)
    later = [each._replace(identity=f"later-{each.identity}") for each in drawn(second, 30)]
    flags = laid(tmp_path, [*drawn(first, 20), *(each for each in later if each.at > first.until + 1)])
    asked = Asked(tmp_path, traffic, *flags, "--rollout", "1")
    assert asked.document["rollout"] == 1
    assert [each["answered"] for each in asked.told["coverage"]] == [20, 20]
