"""Play everything, decide the claims, write the page and its picture."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.bandit import page, picture
from benchmarks.bandit.claims import claims
from benchmarks.bandit.contest import contest
from benchmarks.bandit.field import least
from benchmarks.bandit.score import Played
from benchmarks.bandit.worlds import DIURNAL, FLAT, FOUR, SMALL, SWITCHING, World
from benchmarks.environment import PROJECT

RUNS = {FLAT: 160, DIURNAL: 160, SWITCHING: 160, FOUR: 30, SMALL: 600}


def main(arguments: Sequence[str]) -> int:
    """Return 1 where ``--check`` was asked and a claim fails, else 0."""
    options = _options().parse_args(arguments)
    begun = time.monotonic()
    for world in RUNS:
        least(world)  # so that all workers have them, for they are forked
    print(f"limits computed: {time.monotonic() - begun:.0f} s", flush=True)
    played = dict[World, Played]()
    with ProcessPoolExecutor(options.processes) as workers:
        for world, runs in RUNS.items():
            played[world] = contest(world, max(16, round(runs * options.scale)), options.seed, workers)
            print(f"{world.name}: {time.monotonic() - begun:.0f} s", flush=True)
    decided = claims(played)
    (options.docs / "pictures").mkdir(parents=True, exist_ok=True)
    (options.docs / "bandit-benchmark.md").write_text(page.page(list(played.values()), decided))
    picture.draw(list(played.values()), options.docs / "pictures" / "bandit-benchmark.svg")
    for claim in decided:
        print(f"  {page.sentence(claim)}")
    return int(options.check and not all(claim.holds for claim in decided))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bandit", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 where a claim fails")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the runs, such as 0.1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--docs", type=Path, default=PROJECT / "docs", help="where the page goes")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
