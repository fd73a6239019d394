"""Measure and print."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.quality import figures, memory, readers
from benchmarks.quality.captures import written

REQUESTS = 100_000
ROUNDS = 5
_SLOW = 5.0
"""Seconds after which one round is enough."""


def main() -> None:
    """Measure and print."""
    _reading()
    drawn = figures.columns()
    made = figures.lake_of(drawn)
    _beside(
        "stability index of one feature, 1,000,000 rows",
        lambda: figures.own_psi(made),
        {"evidently": figures.evidently(drawn)},
    )
    _beside(
        "rates of four groups, 1,000,000 rows",
        lambda: figures.own_fairness(made),
        {"fairlearn MetricFrame": figures.fairlearn(drawn)},
    )
    memory.compare(REQUESTS)


def _reading() -> None:
    with TemporaryDirectory() as folder:
        captures, truths = written(Path(folder), REQUESTS)
        peers: dict[str, readers.Read] = {
            "json (standard library), the same job": readers.standard,
            "simdjson, parses lines alone": readers.simdjson_lines,
            "simdjson, parses lines and bodies": readers.simdjson_bodies,
        }
        own = "reading 200,000 captures: parse, decode, type, join"
        _beside(
            own,
            lambda: readers.lake(captures, truths),
            {name: partial(read, captures, truths) for name, read in peers.items()},
        )


def _beside(title: str, own: Callable[[], float], peers: Mapping[str, Callable[[], float]]) -> None:
    """Run all by turns; print each one's best, and how many times as fast the lake is."""
    contestants = {"the lake": own, **peers}
    best = dict.fromkeys(contestants, float("inf"))
    said = {}
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            if name in said and best[name] > _SLOW:
                continue
            began = time.process_time()
            said[name] = contestant()
            best[name] = min(best[name], time.process_time() - began)
    print(f"\n{title:<56} {'seconds':>9} {'answer':>12}   the lake is faster by")
    for name, seconds in best.items():
        ratio = "" if name == "the lake" else f"{seconds / best['the lake']:.2f}"
        print(f"{name:<56} {seconds:>9.3f} {said[name]:>12,.6g}   {ratio}")


if __name__ == "__main__":
    main()
