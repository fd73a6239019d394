"""What of an endpoint is not yet as the ledger intends."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from lambdas.rollout.release import BACK
from lambdas.rollout.room import count_to_ask_for
from lambdas.rollout.state import Phase

if TYPE_CHECKING:
    from lambdas.rollout.live import Live
    from lambdas.rollout.state import Rollout


class Want(Enum):
    """What may have to change, one thing at a time, in this order."""

    CONFIGURATION = auto()
    EVERYTHING = auto()
    WEIGHT = auto()
    COUNT = auto()


def wanted(rollout: Rollout, live: Live) -> Want | None:
    """Say what is to be asked for next; None where all is as intended, or has been asked for.

    A way back changes the configuration only where weights have failed.
    """
    if configuration(rollout) not in ("", live.config):
        # What is pending has been asked for already, or somebody else's deployment comes first; in a mix nothing is
        # under way, though SageMaker may still show it.
        return Want.CONFIGURATION if live.mixed or not live.pending else None
    if rollout.handing_over and rollout.weight:
        return Want.EVERYTHING
    if (live.desired, live.flag) != (rollout.shares, rollout.flag):
        return Want.WEIGHT
    return Want.COUNT if count_to_ask_for(rollout, live) else None


def configuration(rollout: Rollout) -> str:
    """Name the configuration that must be live before weights are of use; empty where any of the pair's does."""
    if rollout.phase is Phase.PROGRESSING:
        return rollout.config
    return rollout.release.config(BACK) if rollout.falling_back else ""
