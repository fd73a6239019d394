"""A deployment's way: DEPLOYING, BAKING, COMPLETE, or ROLLING_BACK and ROLLED_BACK."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.appconfig.settings import Settings
from sandbox.appconfig.strategy import Strategy

UNDER_WAY = ("DEPLOYING", "BAKING", "ROLLING_BACK")
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Content:
    """A version of a configuration profile, as it was when its deployment started."""

    profile: str
    name: str
    version: str
    label: str | None
    body: bytes
    kind: str


@dataclass(slots=True)
class Deployment:
    """One deployment; times in seconds since the epoch, ``share`` in per cent."""

    number: int
    content: Content
    strategy: Strategy
    settings: Settings
    started: float
    description: str | None = None
    key: str | None = None
    state: str = "DEPLOYING"
    share: float = 0.0
    entered: float = 0.0
    completed: float | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._enter("DEPLOYING", self.started, "DEPLOYMENT_STARTED", "USER", "Deployment started")

    @property
    def under_way(self) -> bool:
        """Whether it keeps others from starting."""
        return self.state in UNDER_WAY

    def look(self, at: float) -> None:
        """Go as far as the time allows."""
        minute = _MINUTE * self.settings.pace
        if self.state == "DEPLOYING" and at - self.started >= self.settings.least:
            self.share = self.strategy.share((at - self.started) / minute)
            if self.share >= 100:
                self._enter("BAKING", at, "BAKE_TIME_STARTED", "APPCONFIG", "Bake time started")
        if self.state == "BAKING" and at - self.entered >= self.strategy.bake * minute:
            self._enter("COMPLETE", at, "DEPLOYMENT_COMPLETED", "APPCONFIG", "Deployment completed")
            self.completed = at
        if self.state == "ROLLING_BACK" and at - self.entered >= self.settings.least:
            self._enter("ROLLED_BACK", at, "ROLLBACK_COMPLETED", "APPCONFIG", "Rollback completed")
            self.completed = at

    def roll_back(self, at: float, by: str, why: str) -> None:
        """Take it back; from now on nobody gets it."""
        self.share = 0.0
        self._enter("ROLLING_BACK", at, "ROLLBACK_STARTED", by, why)

    def revert(self, at: float) -> None:
        """Take a completed deployment back."""
        self._enter("REVERTED", at, "REVERT_COMPLETED", "USER", "Reverted")

    def reaches(self, draw: float) -> bool:
        """Tell whether the target that drew ``draw`` (0 to 1) gets it."""
        return self.state in ("BAKING", "COMPLETE") or (self.state == "DEPLOYING" and draw * 100 < self.share)

    def summary(self) -> dict[str, Any]:
        """Return what ListDeployments tells."""
        return {
            "DeploymentNumber": self.number,
            "ConfigurationProfileId": self.content.profile,
            "ConfigurationName": self.content.name,
            "ConfigurationVersion": self.content.version,
            "VersionLabel": self.content.label,
            "State": self.state,
            "PercentageComplete": self.share,
            "StartedAt": _moment(self.started),
            "CompletedAt": None if self.completed is None else _moment(self.completed),
        } | self.strategy.course()

    def _enter(self, state: str, at: float, event: str, by: str, words: str) -> None:
        self.state, self.entered = state, at
        told = {"EventType": event, "TriggeredBy": by, "Description": words, "OccurredAt": _moment(at)}
        self.events.insert(0, told)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
