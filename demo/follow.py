"""A rollout, watched to its end through `serinus watch`."""

import time
from argparse import Namespace

from rich.console import Console

from cli.connect import connect
from cli.watch import watch
from lambdas.rollout.state import Rollout


class StuckError(Exception):
    """The rollout did not end in time; the message says where it stands."""


def follow(environment: str, endpoint: str, console: Console, patience: float) -> Rollout:
    """Show the rollout until it ends and return it; raises `StuckError` after `patience` seconds."""
    site = connect(environment)
    deadline = time.monotonic() + patience

    def pause(seconds: float) -> None:
        if time.monotonic() > deadline:
            rollout = site.world.ledger.load(endpoint).rollout
            stands = f"{rollout.title} is {rollout.phase}" if rollout else "no rollout has begun"
            raise StuckError(f"After {patience:.0f} s {stands}.")
        time.sleep(seconds)

    watch(site, Namespace(endpoint=endpoint, every=1.0, json=False), console, pause)
    rollout = site.world.ledger.load(endpoint).rollout
    if rollout is None:
        raise StuckError("No rollout has begun.")
    return rollout
