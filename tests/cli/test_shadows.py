"""How a rollout that begins with a shadow is told."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console

from cli.documents import of_rollout
from cli.report.page import page, wide
from cli.report.render import html
from cli.report.weights import weights
from cli.snapshot import Snapshot
from cli.steps import named
from cli.track import picture
from lambdas.rollout.plan import DISAGREEMENT, FULL, Step
from lambdas.rollout.state import Phase
from tests.cli import histories

if TYPE_CHECKING:
    from cli.story import Story


def tiles(story: Story) -> dict[str, tuple[str, str]]:
    return {tile.name: (tile.value, tile.note) for tile in page(story).tiles}


def drawn(traffic: histories.Traffic) -> str:
    fakes, printed = traffic.fakes, io.StringIO()
    state = fakes.ledger.load(histories.ENDPOINT)
    entries = fakes.ledger.history(histories.ENDPOINT, 1)
    live = fakes.endpoints.live(histories.ENDPOINT)
    shown = picture(Snapshot("prod", histories.ENDPOINT, fakes.time, state, live, entries))
    Console(file=printed, width=200).print(shown)
    return printed.getvalue()


def test_steps_are_named_by_what_the_canary_gets() -> None:
    assert [named(step) for step in histories.SHADOWED.plan.steps[:2]] == ["shadow 50 %", "5 %"]  # type: ignore[union-attr] # it has a plan
    assert named(Step(FULL, 600, 600, flag="staff")) == "100 % of staff"


def test_a_shadow_under_way_is_drawn_with_its_pairs_beside_the_other_evidence() -> None:
    traffic = histories.Traffic(lambda _: (0.015, 0.02))
    traffic.deploy(histories.SHADOWED)
    traffic.run(lambda _: traffic.fakes.time > histories.EPOCH + 400)
    text = drawn(traffic)
    for part in ("◉ shadow 50 %", "○ 5 %", "copies of 50 % to the canary, whose answers nobody gets", "canary 0 %"):
        assert part in text
    assert re.search(r"\b0 of [1-9]\d{3} ", text.split("disagree")[1].split("harm")[0])


def test_after_the_shadow_nothing_is_copied_any_more() -> None:
    text = drawn(histories.shadowed())
    assert "● shadow 50 %" in text
    assert "copies of" not in text


def test_a_rollout_s_document_tells_the_shadow() -> None:
    first, second, *_ = of_rollout(histories.shadowed().rollout)["steps"]
    assert (first["weight"], first["shadow"]) == (0, {"sample": 5_000, "max_disagreement": 0.02})
    assert (second["shadow"], second["flag"]) == (None, None)


def test_the_report_tells_what_the_shadow_came_to(shadowed: Story) -> None:
    assert shadowed.phase is Phase.PROMOTED
    found = tiles(shadowed)
    value, note = found["disagreed as a shadow"]
    assert 20 < int(value) < 150
    assert note.endswith("%")
    assert "copies to the shadow among them" in found["served"][1]
    assert found["highest live weight"][0] == "100 %"
    assert shadowed.shadow
    began, ended = shadowed.shadow
    assert histories.BAKE <= ended - began <= histories.BAKE + 240


def test_a_shadow_that_disagrees_is_told_with_its_counts_and_that_nobody_was_hurt(differing: Story) -> None:
    assert (differing.phase, differing.highest) == (Phase.ROLLED_BACK, 0)
    found = page(differing)
    assert "disagreement on canary" in found.why
    assert tiles(differing)["highest live weight"] == ("0 %", "nobody got the canary's answers")
    assert DISAGREEMENT in next(figure.wide.dots[-1].title for figure in found.figures if figure.title == "Evidence")


def test_the_picture_frames_the_shadow_and_names_it(shadowed: Story, promoted: Story) -> None:
    chart = weights(shadowed, wide(250))
    assert [area.look for area in chart.areas] == ["stable", "canary", "shadow"]
    assert "shadow 50 %" in {label.text for label in chart.labels}
    assert "steps: shadow 50 %, 5 %" in chart.summary
    assert "shadow" not in {area.look for area in weights(promoted, wide(250)).areas}
    assert "Framed: the canary was a shadow" in html(shadowed)
    assert "shadow" not in html(promoted).partition("<body>")[2]


def test_an_old_rollout_s_shadow_is_named_though_its_plan_is_gone(shadowed: Story) -> None:
    assert "steps: shadow, 5 %" in weights(replace(shadowed, steps=()), wide(250)).summary
