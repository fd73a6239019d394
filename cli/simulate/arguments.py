"""The flags of `simulate`."""

import argparse
import os
from pathlib import Path

from cli.explain.arguments import positive, share
from simulation.scenario import Scenario
from simulation.scenarios import SCENARIOS, USUAL, UnknownScenarioError, scenario


def add_flags(command: argparse.ArgumentParser) -> None:
    """Add what is simulated, at which traffic, how often, and where the pictures go."""
    told = f"one of {', '.join(SCENARIOS)}; NAME=NUMBER turns it, A+B joins two; may be given again"
    command.add_argument(
        "--scenario", type=_scenario, action="append", metavar="NAME", help=f"{told} (default: {', '.join(USUAL)})"
    )
    command.add_argument("--rollouts", type=_count, default=1_000, metavar="N", help="of each (default: 1000)")
    command.add_argument("--seed", type=int, default=1, metavar="S", help="same seed, same rollouts (default: 1)")
    command.add_argument(
        "--jobs", type=_count, default=os.cpu_count(), metavar="J", help="processes (default: one per core)"
    )
    other = "also another environment's plan of this endpoint, or another file's, side by side"
    command.add_argument("--compare", metavar="ENV", help=other)
    command.add_argument("--out", type=Path, metavar="DIR", help="draw pictures into this folder")
    _add_traffic(command)


def _add_traffic(command: argparse.ArgumentParser) -> None:
    said = command.add_argument_group("traffic (else as the environment file says)")
    said.add_argument("--rps", type=positive, metavar="N", help="requests a second to the whole endpoint")
    said.add_argument("--error-rate", type=share, metavar="SHARE", help="stable's, such as 0.5%% or 0.005")
    said.add_argument("--p50", type=positive, default=80.0, metavar="MS", help="stable's latency (default: 80)")
    said.add_argument("--p99", type=positive, default=400.0, metavar="MS", help="its 99th percentile (default: 400)")
    bad = "stable's bad share in quality guardrails and in those of your own (default: 10%%)"
    said.add_argument("--bad-share", type=share, default=0.1, metavar="SHARE", help=bad)
    said.add_argument("--recorded", type=Path, metavar="FILE", help="replay a .csv, .parquet or CloudWatch .json")
    takes = command.add_argument_group("what takes time, in seconds")
    weights = "until SageMaker serves new weights (default: 60)"
    takes.add_argument("--weights-take", type=_seconds, default=60.0, metavar="SECONDS", help=weights)
    approval = "until a person approves (default: 0, at once)"
    takes.add_argument("--approval-takes", type=_seconds, default=0.0, metavar="SECONDS", help=approval)


def _scenario(words: str) -> Scenario:
    try:
        return scenario(words)
    except UnknownScenarioError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    return 0.0 if text in {"0", "0.0"} else positive(text)
