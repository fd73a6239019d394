"""The state of a rollout, as the ledger keeps it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lambdas.rollout.judge.ladder import Ladder
from lambdas.rollout.judge.verdict import Verdict
from lambdas.rollout.names import CANARY
from lambdas.rollout.plan import Plan, Step
from lambdas.rollout.release import PAIR, SHADOW, Release


class Phase(StrEnum):
    """Where a rollout stands."""

    PENDING = "PENDING"
    PROGRESSING = "PROGRESSING"
    PAUSED = "PAUSED"
    PROMOTED = "PROMOTED"
    ROLLING_BACK = "ROLLING_BACK"
    ROLLED_BACK = "ROLLED_BACK"
    SUPERSEDED = "SUPERSEDED"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens."""
        return self in (Phase.PROMOTED, Phase.ROLLED_BACK, Phase.SUPERSEDED)


class Kind(StrEnum):
    """What a decision does."""

    BEGIN = "BEGIN"
    HOLD = "HOLD"
    ADVANCE = "ADVANCE"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    DROP = "DROP"
    """A challenger is taken out of its test."""
    SWITCH = "SWITCH"
    """Somebody turned the kill switch."""
    PROMOTE = "PROMOTE"
    ROLL_BACK = "ROLL_BACK"
    SUPERSEDE = "SUPERSEDE"


class Share(NamedTuple):
    """A variant's share of the traffic, in basis points."""

    variant: str
    weight: int


class Refusal(NamedTuple):
    """SageMaker does not do what a rollback asks of it, ``since`` (seconds since the epoch), and why."""

    since: float
    reason: str


class Result(NamedTuple):
    """What a variant has ``earned`` in a step's test, conversions or revenue, with ``exposed`` answers."""

    variant: str
    exposed: int
    earned: float

    @property
    def mean(self) -> float:
        """Earned per answer; 0 where nobody had one."""
        return self.earned / self.exposed if self.exposed else 0.0


@dataclass(frozen=True, slots=True)
class Rollout:
    """One canary version's way on one endpoint. Times are seconds since the epoch.

    ``weight`` is the intent, the canary's share in basis points; ``step`` the index of the step in service, -1
    before the first. ``since`` is when phase and step were entered, ``serving_since`` when the intent was first
    seen live (None until then). ``awaits`` is the step that a person must approve, while PAUSED for it.
    ``ladders`` are what spreads are judged by, measured on stable once and kept. ``handing_over`` is the end of a
    sticky rollout, in which SageMaker's weights take over from the router's shares.

    ``challengers`` are the intended shares of the further versions that the step tests, ``dropped`` those that were
    taken out for good, and ``tested_since`` is when all arms of the step's test were first seen live.

    ``refused`` is since when SageMaker has not taken a rollback's traffic off the canary, and ``falling_back`` that
    the rollback goes its second way, by another configuration. ``load`` are all requests a minute, as last known, and
    ``stable_count`` is what stable's instances were raised to, so that they can take it back (0: they were not).
    """

    number: int
    release: Release
    began: float
    phase: Phase = Phase.PENDING
    step: int = -1
    weight: int = 0
    since: float = 0.0
    serving_since: float | None = None
    awaits: int | None = None
    ladders: tuple[Ladder, ...] = ()
    handing_over: bool = False
    challengers: tuple[Share, ...] = ()
    dropped: tuple[str, ...] = ()
    tested_since: float | None = None
    refused: Refusal | None = None
    falling_back: bool = False
    load: float = 0.0
    stable_count: int = 0

    @property
    def shares(self) -> dict[str, int]:
        """What every variant but stable shall get, in basis points; one that gets nothing is left out."""
        return {variant: weight for variant, weight in ((CANARY, self.weight), *self.challengers) if weight}

    @property
    def plan(self) -> Plan:
        """The plan as it was when the rollout began: what was reviewed is what is obeyed."""
        if self.release.plan is None:
            raise ValueError(f"rollout {self.number} on {self.release.endpoint} has no plan")
        return self.release.plan

    @property
    def config(self) -> str:
        """The endpoint configuration that the step needs to be live; empty where any of the pair's does."""
        if not self.release.config(SHADOW):
            return ""
        shadow = self.plan.steps[max(self.step, 0)].shadow
        return self.release.config(SHADOW if shadow else PAIR)

    @property
    def flag(self) -> str:
        """The feature flag whose users alone take part in the step; empty where everybody does."""
        return self.plan.steps[self.step].flag if self.step >= 0 and self.weight else ""

    def served(self, now: float) -> float:
        """Return the seconds for which the intent has been live."""
        return now - (now if self.serving_since is None else self.serving_since)

    @property
    def canary(self) -> str:
        """The version that is rolled out."""
        return self.release.canary or ""

    @property
    def current_step(self) -> Step | None:
        """The step in service, None before the first."""
        return self.plan.steps[self.step] if self.step >= 0 else None

    @property
    def title(self) -> str:
        """Name it to people, for example ``rollout 17 (2026.11)``."""
        return f"rollout {self.number} ({self.canary})"


@dataclass(frozen=True, slots=True)
class EndpointState:
    """All that the ledger knows of an endpoint; ``revision`` grows by one with each commit, 0 is none yet.

    ``proven`` are the versions that served everything here and were not rolled back since.
    """

    endpoint: str
    revision: int = 0
    proven: tuple[str, ...] = ()
    rollout: Rollout | None = None

    @property
    def in_progress(self) -> Rollout | None:
        """The rollout under way, if any."""
        return self.rollout if self.rollout and not self.rollout.phase.ended else None


class Entry(NamedTuple):
    """One line of the append-only history: what was decided, why, on what evidence, and who caused it.

    ``challengers`` are their live shares where somebody looked, ``results`` what the arms of the step's test have
    earned, stable first.
    """

    endpoint: str
    rollout: int
    revision: int
    at: float
    kind: Kind
    cause: str
    reason: str
    phase: Phase
    step: int
    weight: int
    live_weight: int | None
    verdicts: tuple[Verdict, ...] = ()
    challengers: tuple[Share, ...] = ()
    results: tuple[Result, ...] = ()
