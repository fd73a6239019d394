"""Requests, answers and truths drawn at random, as files on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from tests.lake.world import HOUR, Line, capture, captured, side, told, truth

if TYPE_CHECKING:
    from pathlib import Path


def traffic(
    folder: Path, variant: str, seed: int, *, times: float = 1.0, requests: int = 400, white: str = "white"
) -> None:
    """So many requests to a variant, whose incomes are so many times as high; the truths of half of them.

    A request is CSV: an income, and a race (``black``, or what ``white`` says).
    """
    generator = np.random.default_rng(seed)
    lines: list[Line] = []
    truths: list[Line] = []
    for i in range(requests):
        income, score = float(times * generator.lognormal(10, 1)), float(generator.random())
        race = "black" if generator.random() < 0.3 else white
        label = "denied" if score > 0.5 else "granted"
        said = side(json.dumps({"label": label, "score": score}), "application/json")
        lines.append(capture(side(f"{income},{race}"), said, f"{variant}-{i}"))
        if i % 2:
            truths.append(truth(f"{variant}-{i}", "denied" if generator.random() < score else "granted"))
    captured(folder, [*lines, "damaged"], variant)
    told(folder, truths, hour=f"credit/{HOUR}", name=f"{variant}.jsonl")
