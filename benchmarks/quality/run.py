"""Measure and print."""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.environment import PROJECT
from benchmarks.quality import figures, readers
from benchmarks.quality.captures import SCHEMA, written
from lake.engine import Resources, opened
from lake.quality import quality

REQUESTS = 100_000
ROUNDS = 5
_SLOW = 5.0
"""Seconds after which one round is enough."""
_MEMORY = "200MB"


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["--memory"]:
        _peak(int(sys.argv[2]))
        return
    _reading()
    drawn = figures.columns()
    made = figures.lake_of(drawn)
    _beside("stability index of one feature, 1,000,000 rows", lambda: figures.own_psi(made), _psi_peers(drawn))
    fair = _installed({"fairlearn MetricFrame": lambda: figures.fairlearn(drawn)})
    _beside("rates of four groups, 1,000,000 rows", lambda: figures.own_fairness(made), fair)
    _memory()


def _reading() -> None:
    with TemporaryDirectory() as folder:
        captures, truths = written(Path(folder), REQUESTS)
        peers: dict[str, readers.Read] = {"json (standard library), the same job": readers.standard}
        if importlib.util.find_spec("simdjson") is None:
            print("simdjson is not compared: pysimdjson is not installed")
        else:
            peers["simdjson, parses lines alone"] = readers.simdjson_lines
            peers["simdjson, parses lines and bodies"] = readers.simdjson_bodies
        own = "reading 200,000 captures: parse, decode, type, join"
        _beside(
            own,
            lambda: readers.lake(captures, truths),
            {name: (lambda read=read: read(captures, truths)) for name, read in peers.items()},  # type: ignore[misc]
        )


def _psi_peers(drawn: dict[str, object]) -> dict[str, Callable[[], float]]:
    return _installed(
        {"evidently": lambda: figures.evidently(drawn), "nannyml (JS distance)": lambda: figures.nannyml(drawn)}
    )


def _installed(peers: Mapping[str, Callable[[], Callable[[], float]]]) -> dict[str, Callable[[], float]]:
    found = {}
    for name, build in peers.items():
        try:
            found[name] = build()
        except ImportError as error:
            print(f"{name} is not compared: {error}")
    return found


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


def _memory() -> None:
    """Print the peak of a process that reads and measures so many requests, and ten times as many."""
    print(f"\n{'memory, DuckDB limited to ' + _MEMORY:<56} {'peak MB':>9}")
    peaks = {}
    for requests in (REQUESTS // 2, REQUESTS * 5):
        command = [sys.executable, "-m", "benchmarks.quality", "--memory", str(requests)]
        ran = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)  # noqa: S603 - our own
        peaks[requests] = float(ran.stdout)
        print(f"{f'{2 * requests:,} captures':<56} {peaks[requests]:>9.0f}")
    few, many = peaks.values()
    print(f"{'ten times the rows take':<56} {many / few:>9.2f} times the memory")


def _peak(requests: int) -> None:
    with TemporaryDirectory() as folder:
        captures, truths = written(Path(folder), requests)
        with opened(SCHEMA, captures, truths, resources=Resources(_MEMORY, threads=1)) as made:
            made.ask(quality(SCHEMA))
            made.write("SELECT * FROM labelled", Path(folder) / "labelled.parquet")
    # Not getrusage's peak: after fork and exec it starts from the parent's.
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(int(peak.split()[1]) / 1024)
