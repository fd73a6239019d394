"""Play everything, decide the claims, write the page and its picture."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

from benchmarks.environment import PROJECT
from benchmarks.judge import errors, latencies, latency, page, picture, sequential
from benchmarks.judge.claims import Claim, Played, claims
from benchmarks.judge.guarantee import guarantees
from benchmarks.judge.latency import Canary
from benchmarks.judge.streams import Setting, Shape

SETTINGS = (
    Setting(0.005, 0.02, periods=120),
    Setting(0.01, 0.015, periods=400),
    Setting(0.001, 0.05),
    Setting(0.005, 0.01, periods=300),
    Setting(0.05, 0.10),
    Setting(0.005, 0.02, Shape.INCIDENT, periods=120),
    Setting(0.005, 0.02, Shape.DAILY, periods=120),
    Setting(0.005, 0.02, Shape.WEIGHTS),
    Setting(0.005, 0.02, Shape.BURSTS, periods=240),
    Setting(0.005, 0.02, period=10.0, periods=240),
    Setting(0.05, 0.10, period=10.0, periods=120),
    Setting(0.005, 0.02, traffic=2.0, periods=600),
)
LATENCIES = (
    latency.Setting(Canary.SLOWER),
    latency.Setting(Canary.TAIL),
    latency.Setting(Canary.SLOWER, incident=True),
)
_GUARANTEE_RUNS, _LATENCY_RUNS = 20_000, 500


def main(arguments: Sequence[str]) -> int:
    """Return 1 where ``--check`` was asked and a claim fails, else 0."""
    options = _options().parse_args(arguments)
    begun = time.monotonic()
    with ProcessPoolExecutor(options.processes) as workers:
        played = [*_latencies(options, workers), *_errors(options, workers)]
        kept = guarantees(max(100, round(_GUARANTEE_RUNS * options.scale)), options.seed, workers)
    decided = claims(played, kept)
    (options.docs / "pictures").mkdir(parents=True, exist_ok=True)
    (options.docs / "judge-benchmark.md").write_text(page.page(played, kept, decided))
    picture.draw(played, options.docs / "pictures" / "judge-benchmark.svg")
    _tell(claims([], kept))
    print(f"{time.monotonic() - begun:.0f} s")
    return int(options.check and not all(claim.holds for claim in decided))


def _tell(decided: Sequence[Claim]) -> None:
    for claim in decided:
        print(f"  {page.sentence(claim)}", flush=True)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judge", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit with 1 where a claim fails")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the runs, such as 0.1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--docs", type=Path, default=PROJECT / "docs", help="where the page goes")
    return parser


def _errors(options: argparse.Namespace, workers: Executor) -> list[Played]:
    sizes = errors.Sizes().scaled(options.scale)
    found = []
    for setting in SETTINGS:
        print(setting.name, flush=True)
        found.append(
            Played(
                setting.name,
                sequential.limit(setting.base, setting.worse),
                setting.traffic * setting.period * setting.share,
                setting.shape is Shape.STATIONARY and setting.traffic == 50.0 and setting.period == 60.0,
                errors=True,
                scores=errors.contest(setting, sizes, options.seed, workers),
                champion="Serinus, told of bursts" if setting.shape is Shape.BURSTS else "Serinus",
            )
        )
        _tell(claims(found[-1:], []))
    return found


def _latencies(options: argparse.Namespace, workers: Executor) -> list[Played]:
    runs = max(20, round(_LATENCY_RUNS * options.scale))
    found = []
    for setting in LATENCIES:
        print(setting.name, flush=True)
        scores = latencies.contest(setting, runs, options.seed, workers)
        limit = latency.limit(setting.canary)
        found.append(Played(setting.name, limit, latency.CANARY, whole_minutes=False, errors=False, scores=scores))
        _tell(claims(found[-1:], []))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
