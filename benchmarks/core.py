"""What the judge costs: processor time per metric and period, and of its import, beside json's on the same machine.

Run: ``python benchmarks/core.py``. Every figure is the least of several runs, so that what else the machine does
counts little; the ratio to encoding a small document is what travels between machines.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from lambdas.rollout.guardrails import ErrorRate, Latency
from lambdas.rollout.judge.ladder import LEVELS, ladder
from lambdas.rollout.judge.rate import RateTest
from lambdas.rollout.judge.spread import SpreadTest
from lambdas.rollout.judge.tables import Histogram, Table
from lambdas.rollout.judge.verdict import Arm, Verdict

PROJECT = Path(__file__).resolve().parent.parent
PERIODS, CANARY, STABLE = 60, 150, 2_850
"""An hour of 50 requests a second, 5 % of them on the canary."""
_STDLIB = "dataclasses, enum, functools, itertools, math, operator, typing, collections.abc"
"""What the functions' runtime and Powertools have imported already."""


def main() -> None:
    """Measure and print."""
    yardstick = _least(lambda: [json.dumps({"a": [1, 2, 3], "b": "text"}) for _ in range(1_000)]) / 1_000
    print(f"{'encoding a small document, for scale':<52} {1e6 * yardstick:6.1f} µs")
    for errors in (3, 15, 60):
        for margin in (1.0, 1.1):
            tables = _tables(errors / (CANARY + STABLE))
            guardrail = ErrorRate(margin=margin)
            spent = _per_period(partial(_judge, guardrail, tables))
            _tell(f"error rate, {errors} errors a period, margin {margin:g}", spent, yardstick)
    made = ladder("latency_p95", 0.0, tuple(np.quantile(_latencies(100_000), LEVELS)))
    if made is None:
        raise SystemExit("no ladder")
    rows = _histograms(made.edges)
    spent = _per_period(lambda: SpreadTest(Latency(), 0.01, 0.05, made).verdict(rows))
    _tell("latency, nine bins", spent, yardstick)
    for module in ("lambdas.rollout.judge.bench", "lambdas.rollout.decide"):
        print(f"import {module:<45} {_import(module):6.1f} ms")


def _judge(guardrail: ErrorRate, tables: Sequence[Table]) -> Verdict:
    return RateTest(guardrail, 0.01, 0.05).verdict(tables)


def _tell(what: str, spent: float, yardstick: float) -> None:
    print(f"{what:<52} {1e6 * spent:6.1f} µs a period   {spent / yardstick:5.1f} documents")


def _least(work: Callable[[], object], times: int = 15) -> float:
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def _per_period(work: Callable[[], object]) -> float:
    return _least(work) / PERIODS


_GENERATOR = np.random.default_rng(20261121)


def _tables(rate: float) -> list[Table]:
    counts = zip(_GENERATOR.binomial(CANARY, rate, PERIODS), _GENERATOR.binomial(STABLE, rate, PERIODS), strict=True)
    return [Table(60.0 * i, Arm(int(c), CANARY), Arm(int(s), STABLE)) for i, (c, s) in enumerate(counts)]


def _latencies(count: int) -> Any:
    return np.exp(0.5 * _GENERATOR.standard_normal(count))


def _histograms(edges: Sequence[float]) -> list[Histogram]:
    def counted(values: Any, times: float) -> tuple[int, ...]:
        bins = np.searchsorted(np.array(edges) * times, values)
        return tuple(int(count) for count in np.bincount(bins, minlength=len(edges) + 1))

    return [
        Histogram(
            60.0 * i,
            counted(_latencies(STABLE), 1.0),
            counted(_latencies(CANARY), 1.1),
            counted(_latencies(CANARY), 1.5),
        )
        for i in range(PERIODS)
    ]


def _import(module: str) -> float:
    """Import in fresh processes, compiled, after the standard library's modules; the least, in milliseconds."""
    program = (
        f"import time, {_STDLIB}; began = time.process_time(); import {module}; "
        "print(1000 * (time.process_time() - began))"
    )
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(PROJECT / "lambdas", Path(folder) / "lambdas", ignore=shutil.ignore_patterns("__pycache__"))
        _python(folder, "-m", "compileall", "-q", folder)
        found = [float(_python(folder, "-S", "-c", program)) for _ in range(10)]
    return min(found)


def _python(folder: str, *arguments: str) -> bytes:
    done = subprocess.run([sys.executable, *arguments], check=True, cwd=folder, capture_output=True)  # noqa: S603 - ours
    return done.stdout


if __name__ == "__main__":
    main()
