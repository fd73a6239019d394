"""What became of rollouts that are judged by truths, as ledger and CloudWatch tell it."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

import boto3
from rich.console import Console

from demo.follow import follow
from demo.scene import ENVIRONMENT
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.names import ledger_table
from lambdas.rollout.state import Entry, Kind, Phase, Rollout
from tests.e2e.counted import counted

if TYPE_CHECKING:
    from tests.e2e.quality.crowd import Crowd


class Stage:
    """What became of the rollouts."""

    def __init__(self, crowds: tuple[Crowd, ...]) -> None:
        self.crowds = crowds
        self._cloudwatch: Any = boto3.Session().client("cloudwatch")
        self.ledger = DynamoDBLedger(boto3.Session().client("dynamodb"), ledger_table(ENVIRONMENT))

    def ended(self, endpoint: str) -> Rollout:
        return follow(ENVIRONMENT, endpoint, Console(file=io.StringIO()), patience=500)

    def paused(self, endpoint: str) -> Rollout:
        """Wait for a rollout that goes no further by itself."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            rollout = self.ledger.load(endpoint).rollout
            if rollout and (rollout.phase is Phase.PAUSED or rollout.phase.ended):
                return rollout
            time.sleep(1)
        raise AssertionError(f"{endpoint} is neither paused nor at its end")

    def counted(self, endpoint: str, variant: str, name: str) -> float:
        """Add up a metric of Serinus's."""
        return counted(self._cloudwatch, name, endpoint, variant)

    def entries(self, endpoint: str, kind: Kind) -> list[Entry]:
        rollout = self.ledger.load(endpoint).rollout
        assert rollout
        return [entry for entry in self.ledger.history(endpoint, rollout.number) if entry.kind is kind]
