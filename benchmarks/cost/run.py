"""Run the rollouts, price them, and write the page and its picture, or check them."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cost import page, picture
from benchmarks.cost.bill import THOUGHT, Item, bill
from benchmarks.cost.standing import standing
from benchmarks.load.run import Load, Report, run
from benchmarks.load.watch import Nature
from infra.spec import load
from infra.spec.rollout import Progressive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.rollout.plan import Plan

PROJECT = Path(__file__).resolve().parents[2]
_TITLES = {Nature.HEALTHY: "A canary that is promoted", Nature.FAILING: "A canary that an alarm takes back"}
_SLOWER = 3
"""Times what was measured once that a look may take on another machine."""


@dataclass(frozen=True, slots=True)
class Priced:
    """One rollout, and its bill."""

    title: str
    report: Report
    bill: Sequence[Item]


def main(arguments: Sequence[str]) -> int:
    """Write, or with ``--check`` compare; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description="What a rollout costs.")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit with 1 where a file is out of date"
    )
    options = parser.parse_args(arguments)
    rollouts = priced()
    files = written(rollouts)
    if not options.check:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        return 0
    return _tell([*(stale(files)), *slow(rollouts[0].report)])


def priced() -> list[Priced]:
    """Roll out on the plan of the example, with a good canary and with a bad one."""
    found = []
    for nature, title in _TITLES.items():
        report = run(Load({nature: 1}, _plan(), until=86_400))
        found.append(Priced(title, report, bill(report, report.lasted / 3_600)))
    return found


def written(rollouts: Sequence[Priced]) -> dict[Path, str]:
    """Compose the files, by their places."""
    environment = load(PROJECT / "environments" / "prod.yaml")
    idle = standing(environment, environment.endpoints[0])
    docs = PROJECT / "docs"
    return {docs / "cost.md": page.page(rollouts, idle), docs / "pictures" / "cost.svg": picture.draw(rollouts)}


def stale(files: dict[Path, str]) -> list[str]:
    """Say which files are not what they should be."""
    return [
        f"{path.relative_to(PROJECT)} is out of date: run python -m benchmarks.cost"
        for path, text in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def slow(report: Report) -> list[str]:
    """Say where a look takes much more of a processor than the page tells."""
    look, told = report.work["advance"].thought / report.work["advance"].invocations, THOUGHT["advance"]
    return [f"a look takes {1_000 * look:.0f} ms, and the page reckons with {1_000 * told:.0f}"] * (
        look > _SLOWER * told
    )


def _plan() -> Plan:
    """Take the plan of the example, without waiting for anybody."""
    rollout = load(PROJECT / "environments" / "prod.yaml").endpoints[0].rollout
    if not isinstance(rollout, Progressive):
        raise TypeError("the example is progressive")
    return replace(rollout.plan, steps=tuple(replace(step, approval=False) for step in rollout.plan.steps))


def _tell(wrong: list[str]) -> int:
    print("\n".join(wrong) or "docs/cost.md is up to date")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
