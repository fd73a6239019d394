"""What is said of an endpoint."""

from dataclasses import dataclass

from cli.explain.trials import TrialOutlook
from cli.foresight.outlook import Outlook


@dataclass(frozen=True, slots=True)
class Explained:
    """An endpoint's outlook; ``notes`` are where its numbers are from. Without a plan the notes say all there is."""

    endpoint: str
    notes: tuple[str, ...]
    outlook: Outlook | None = None
    trials: tuple[TrialOutlook, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All endpoints of an environment that were asked for."""

    environment: str
    endpoints: tuple[Explained, ...]
