"""The peak of a process that reads and measures captures: in one of its own, which holds none of the peers."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.environment import PROJECT
from benchmarks.quality.captures import SCHEMA, written
from lake.engine import Resources, opened
from lake.quality import quality

_LIMIT = "128MB"


def compare(requests: int) -> None:
    """Print the peak with as many captures, and with ten times as many; a request is captured twice."""
    print(f"\n{'memory, DuckDB limited to ' + _LIMIT:<56} {'peak MB':>9}")
    peaks = {}
    for each in (requests // 2, requests * 5):
        command = [sys.executable, "-m", "benchmarks.quality.memory", str(each)]
        ran = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)  # noqa: S603 - our own
        peaks[each] = float(ran.stdout)
        print(f"{f'{2 * each:,} captures':<56} {peaks[each]:>9.0f}")
    few, many = peaks.values()
    print(f"{'ten times the rows take':<56} {many / few:>9.2f} times the memory")


def _peak(requests: int) -> float:
    with TemporaryDirectory() as folder:
        captures, truths = written(Path(folder), requests)
        with opened(SCHEMA, captures, truths, resources=Resources(_LIMIT, threads=1)) as made:
            made.ask(quality(SCHEMA))
            made.write("SELECT * FROM labelled", Path(folder) / "labelled.parquet")
    # Not getrusage's peak: after fork and exec it starts from the parent's.
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


if __name__ == "__main__":
    print(_peak(int(sys.argv[1])))
