"""What SageMaker captured of a rollout and what turned out to be true: as plain facts, and as files."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.checks.pages import BASE
from tests.lake.world import Line, capture, captured, side, told, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cli.story import Story

CLASSES = """\
      columns: {income: number, "<b>purpose</b>": category, race: category}
      predicted: {label: deny, score: risk, positive: "yes", favourable: "no"}
      groups: {race: [white, "<script>black", "a & 'few'", nobody]}
"""
SEVERAL = """\
      columns: {income: number, "<b>purpose</b>": category, race: category}
      predicted: {label: deny, classes: ["yes", "no", later]}
      groups: {race: [white]}
"""
NUMBERS = """\
      columns: {income: number, race: category}
      predicted: {label: price}
      groups: {race: [white]}
"""
RACES = ("white", "<script>black", "a & 'few'")


class Inference(NamedTuple):
    """A request and its answer: the variant, when (seconds since the epoch), and what turned out after how long."""

    variant: str
    identity: str
    at: float
    income: float
    race: str
    said: str
    turned_out: str | None
    hours: int

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(int(self.at), UTC)


def environment(folder: Path, schema: str = CLASSES) -> None:
    """Write prod.yaml, whose endpoint mortgage has a schema; without one where it is empty."""
    text = BASE.read_text(encoding="utf-8")
    if schema:
        text = text.replace("  mortgage:\n", f"  mortgage:\n    schema:\n{schema}", 1)
    (folder / "prod.yaml").write_text(text, encoding="utf-8")


def drawn(
    story: Story,
    each: int = 900,
    right: Callable[[str, float], float] = lambda variant, _: 0.75 if variant == "stable" else 0.85,
    *,
    labelled: Callable[[str], float] = lambda _: 0.6,
    silent: Callable[[float], bool] = lambda _: False,
) -> list[Inference]:
    """Draw inferences of both arms over the rollout; ``right`` by variant and the share of the time that has passed.

    ``labelled`` is the share with a truth, by variant; there is none while ``silent`` says so.
    """
    chance = random.Random(11)
    found = []
    for variant in ("stable", "canary"):
        for i in range(each):
            passed = (i + 0.5) / each
            at = story.began + passed * (story.until - story.began)
            race = chance.choices(RACES, (0.7, 0.29, 0.02))[0]
            truth_ = "yes" if chance.random() < (0.5 if race == "white" else 0.6) else "no"
            said = truth_ if chance.random() < right(variant, passed) else "no" if truth_ == "yes" else "yes"
            known = not silent(passed) and chance.random() < labelled(variant)
            hours = min(int(chance.expovariate(1 / 9)), 60)
            income = round(chance.lognormvariate(10, 1), 2)
            identity = f"{variant}-{i}"
            found.append(Inference(variant, identity, at, income, race, said, truth_ if known else None, hours))
    return found


def laid(folder: Path, inferences: Iterable[Inference], *, number: bool = False) -> list[str]:
    """Write captures and truths under the folder; returns the flags that name both."""
    captures = defaultdict[tuple[str, str], list[Line]](list)
    truths = defaultdict[str, list[Line]](list)
    for each in inferences:
        row = {"income": each.income, "race": each.race} | ({} if number else {"<b>purpose</b>": "car"})
        risk = 0.8 if each.said == "yes" else 0.3
        answer = {"price": float(each.said)} if number else {"deny": each.said, "risk": risk}
        asked, answered = (side(json.dumps(body), "application/json") for body in (row, answer))
        at = f"{each.moment:%Y-%m-%dT%H:%M:%SZ}"
        hour = each.moment + timedelta(hours=each.hours)
        captures[each.variant, f"{each.moment:%Y/%m/%d/%H}"].append(capture(asked, answered, each.identity, at))
        if each.turned_out is not None:
            truths[f"{hour:%Y/%m/%d/%H}"].append(truth(each.identity, each.turned_out))
    for (variant, folder_), lines in captures.items():
        captured(folder, lines, variant, folder_, "mortgage")
    for folder_, lines in truths.items():
        told(folder, lines, f"mortgage/{folder_}")
    return ["--captures", str(folder / "captures"), "--truths", str(folder / "truths")]
