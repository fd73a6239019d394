"""How the work grows with an environment's endpoints: reading the file, synthesis, and calls while all roll out.

Run: ``python -m benchmarks.scale [COUNT…]`` (1 10 100 500 where left out; some minutes). Prints what
each takes, and per endpoint the ratio to the count before: 1 is linear, less is better. Ratios of one run are what
travels between machines. All roll out at once, begun within a second.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from benchmarks.load.run import BRIEF, Load, run
from benchmarks.load.watch import Nature
from infra.spec import load
from lambdas.rollout.guardrails import ErrorRate
from stacks.app import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
COUNTS = (1, 10, 100, 500)
_PLAN = replace(BRIEF, guardrails=(ErrorRate(),))
HEAD = """account: "123456789012"
region: eu-west-1
state: {local: state}
endpoints:
"""
ENDPOINT = """  endpoint-{number:04d}:
    instance: {{type: ml.m5.large, count: 2}}
    stable: {{version: "1", image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/model:1"}}
    canary: {{version: "2", image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/model:2"}}
    rollout:
      mode: progressive
      steps: [{{weight: 10%, bake: 1h}}, {{weight: 100%, bake: 1h}}]
      guardrails: [{{metric: error_rate}}, {{metric: latency}}]
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of work for so many endpoints."""

    what: str
    count: int
    amount: float

    def beside(self, before: Measured | None) -> str:
        """Tell it, with the ratio per endpoint to the same work for fewer."""
        ratio = f"{self.per_endpoint / before.per_endpoint:8.2f}" if before and before.amount else ""
        return f"{self.what:<38}{self.count:>5}{self.amount:>14,.2f}{self.per_endpoint:>12,.3f}{ratio}"

    @property
    def per_endpoint(self) -> float:
        """Tell the amount for one."""
        return self.amount / self.count


def main() -> None:
    """Measure and print."""
    counts = [int(each) for each in sys.argv[1:]] or COUNTS
    before: dict[str, Measured] = {}
    print(f"{'':<38}{'for':>5}{'':>14}{'each':>12}{'ratio':>6}")
    for count in counts:
        for measured in (*environments(count), *rollouts(count)):
            print(measured.beside(before.get(measured.what)), flush=True)
            before[measured.what] = measured


def environments(count: int) -> Iterator[Measured]:
    """Read and synthesize an environment of so many endpoints."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "many.yaml", Path(folder) / "out"
        file.write_text(HEAD + "".join(ENDPOINT.format(number=number) for number in range(count)))
        environment, took = _timed(lambda: load(file), time.process_time)
        yield Measured("reading and checking the file, CPU s", count, took)
        _, took = _timed(lambda: build([environment], out).synth(), time.perf_counter)
        yield Measured("synthesis, s", count, took)
        written = sum(path.stat().st_size for path in out.rglob("cdk.tf.json"))
        yield Measured("Terraform, kB", count, written / 1_000)


def rollouts(count: int) -> Iterator[Measured]:
    """Roll out on so many endpoints at once."""
    report = run(Load({Nature.HEALTHY: count}, _PLAN))
    if report.ends[Nature.HEALTHY] != {"PROMOTED": count}:
        raise AssertionError(report.ends)
    asked, refused = sum(report.calls.values()), sum(report.refused.values())
    yield Measured("AWS calls answered", count, asked - refused)
    yield Measured("AWS calls refused and made again", count, refused)
    yield Measured("state transitions", count, report.transitions)
    print(f"the last of {count} is promoted after {report.lasted:,.0f} s")


def _timed(work: Callable[[], T], clock: Callable[[], float]) -> tuple[T, float]:
    start = clock()
    found = work()
    return found, clock() - start


if __name__ == "__main__":
    main()
