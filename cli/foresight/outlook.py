"""What is foreseen of an endpoint's rollouts. Durations in seconds, weights in basis points."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cli.foresight.journey import End
from cli.foresight.traffic import Traffic
from lambdas.rollout.guardrails import Guardrail
from lambdas.rollout.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class Sight:
    """How many times as bad as stable a canary must be, to be seen with 90 % power; None: nothing is.

    ``alone`` is by what a step's own bake shows, ``by_then`` by that and all steps before. ``base`` is stable's bad
    share, None for spreads.
    """

    guardrail: Guardrail
    alone: float | None
    by_then: float | None
    base: float | None


@dataclass(frozen=True, slots=True)
class StepOutlook:
    """A step: ``least`` is the time that it serves at least, ``requests`` what its canary answers in that time.

    In a shadow these are copies, and nobody gets the answers.
    ``doubling`` is the mean time to see a doubled error rate at its weight (None: over a week, or never), and
    ``expected`` the mean time that a healthy canary that gets there spends in it. ``stuck`` is the share of healthy
    rollouts that end in it because the judge cannot tell by ``max_bake``. ``wants`` is how many times more requests
    it takes to see a canary of which every answer is an error; None where that is seen, or never would be.
    """

    step: Step
    least: int
    requests: float | None = None
    sights: tuple[Sight, ...] = ()
    doubling: float | None = None
    expected: float | None = None
    stuck: float = 0.0
    wants: float | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """A random number's mean and its 95th percentile."""

    mean: float
    p95: float


@dataclass(frozen=True, slots=True)
class Course:
    """How rollouts of one kind of canary go: how often each end comes, when, and at what price in bad answers.

    ``error_rate`` is the canary's, None where errors are not reckoned. ``seconds`` are those of the rollouts that end
    as they should: rolled back, or promoted where it is healthy.
    """

    error_rate: float | None
    ends: Mapping[End, float]
    seconds: Spread | None
    bad: Spread


@dataclass(frozen=True, slots=True)
class Courses:
    """A canary as good as stable, one with twice the errors, and one that answers everything with an error.

    The latter are None where no guardrail on errors could be reckoned. ``disagreeing`` disagrees with stable twice as
    often as its shadow may, None where there is no shadow.
    """

    healthy: Course
    doubled: Course | None = None
    failing: Course | None = None
    disagreeing: Course | None = None


@dataclass(frozen=True, slots=True)
class Fleet:
    """What a version runs on; ``price`` in USD per instance and hour, None where it was not given."""

    instance: str
    count: int
    price: float | None

    def __str__(self) -> str:
        return f"{self.count} x {self.instance}"

    @property
    def hourly(self) -> float | None:
        """What it costs in an hour, in USD; None without a price."""
        return None if self.price is None else self.count * self.price


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that is foreseen; without ``traffic`` only what the plan itself says. ``fleet`` is None where serverless.

    ``unknown`` are guardrails of which nothing is known at this endpoint: they are left out. ``stable`` is the fleet
    beside the canary's, where there is a canary; ``challengers`` are those of further versions, by name.
    """

    endpoint: str
    plan: Plan
    steps: tuple[StepOutlook, ...]
    fleet: Fleet | None
    traffic: Traffic | None = None
    courses: Courses | None = None
    unknown: tuple[str, ...] = ()
    stable: Fleet | None = None
    challengers: Mapping[str, Fleet] = field(default_factory=dict)

    @property
    def least(self) -> int:
        """The seconds that a rollout through all steps takes at least."""
        return sum(step.least for step in self.steps)

    @property
    def longest(self) -> int:
        """The seconds after which every step has passed or ended the rollout."""
        return sum(step.step.max_bake for step in self.steps)

    @property
    def expected(self) -> float | None:
        """The mean seconds of a healthy rollout that is promoted; None where that is unknown, or never happens."""
        seconds = self.courses.healthy.seconds if self.courses else None
        return seconds.mean if seconds else None
