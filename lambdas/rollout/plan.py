"""The rollout plan: validated at synth, stored in the ledger, obeyed at run time.

These are the very types that an environment file is validated into. Units are in the annotations:
``BASIS_POINTS`` (0 to 10 000), ``SECONDS``, ``SHARE`` (a fraction between 0 and 1), ``TIMES`` (a ratio) and
``MILLISECONDS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from lambdas.rollout.guardrails import Counts, Guardrail
from lambdas.rollout.quality.coverage import is_of_quality
from lambdas.rollout.quantities import Quantity
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.units import BASIS_POINTS, SECONDS, SHARE

FULL = 10_000
"""All traffic, in basis points."""


class Inconclusive(StrEnum):
    """What follows when a step has served its maximum bake and the judge still cannot tell."""

    PAUSE = "pause"
    ROLL_BACK = "roll_back"


class Progression(StrEnum):
    """How a rollout goes from step to step: by the clock, or as soon as the evidence is there."""

    FIXED = "fixed"
    EVIDENCE = "evidence"


DISAGREEMENT = "disagreement"
"""The key of the guardrail that a shadow step brings along."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """The canary answers copies of production's requests, and nobody gets its answers.

    ``sample`` of the requests are copied (SageMaker's shadow variant), and both answers captured and compared for
    at least the seconds of ``for``. The step fails once it is proven that more than ``max_disagreement`` of the pairs
    disagree: in label, in a score by more than ``tolerance``, in form, or in being an answer at all. It passes when
    it is proven that fewer than ``detect`` times as many do. With ``tolerance`` 0, scores count only where there is
    no label. ``relative``, ``threshold`` and ``segments`` are as in `lambdas.rollout.shadow.comparison.Comparison`.

    Guardrails on the model's quality judge copies as well, unless ``quality`` is false: where a truth comes only of
    what stable's answer let happen, the canary would be judged by stable's choice.
    """

    for_: Annotated[int, SECONDS]
    sample: Annotated[int, BASIS_POINTS] = FULL
    max_disagreement: Annotated[float, SHARE] = 0.02
    tolerance: float = 0.0
    relative: float = 0.0
    threshold: float | None = None
    segments: tuple[str, ...] | None = None
    detect: float = 1.5
    burst: float = 1.0
    quality: bool = True

    @property
    def comparison(self) -> Comparison:
        """The terms on which two answers count as the same."""
        return Comparison(self.tolerance, self.relative, self.threshold, self.segments)

    @property
    def guardrail(self) -> Counts:
        """The bound on disagreement, judged as any other rate: pairs are counted by the `captures` function."""
        return Counts(
            "counts",
            DISAGREEMENT,
            bad=Quantity("Serinus", "Disagreements"),
            total=Quantity("Serinus", "Compared"),
            at_most=self.max_disagreement,
            detect=self.detect,
            burst=self.burst,
        )


class Then(StrEnum):
    """What follows where a test of both models ends without the canary as its winner."""

    GO_ON = "go_on"
    ROLL_BACK = "roll_back"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Experiment:
    """An A/B test of stable, canary and ``challengers`` on ``metric``, judged at every look without a penalty for it.

    ``split`` is the canary's share, ``challengers`` are those of further versions by name; stable has the rest.
    ``minimum_effect`` is the least relative difference that matters, ``alpha`` the chance of any wrong claim,
    ``power`` what planning aims at; ``burst`` is how often one user is exposed (E[B²]/E[B]). A canary that wins goes
    on, one that loses is taken back; ``no_difference`` and ``stopped`` (after ``max``, or where arms are not exposed
    as their shares say) say what follows otherwise. A challenger that is proven worse is dropped; where one wins,
    ``outdone`` follows, for only the canary can go on.
    """

    max_: Annotated[int, SECONDS]
    split: Annotated[int, BASIS_POINTS] = FULL // 2
    metric: Literal["conversion", "revenue"] = "conversion"
    minimum_effect: Annotated[float, SHARE] = 0.05
    alpha: Annotated[float, SHARE] = 0.05
    power: Annotated[float, SHARE] = 0.8
    burst: float = 1.0
    no_difference: Then = Then.GO_ON
    stopped: Then = Then.ROLL_BACK
    challengers: Mapping[str, Annotated[int, BASIS_POINTS]] = field(default_factory=dict)
    outdone: Then = Then.ROLL_BACK


@dataclass(frozen=True, slots=True)
class Bandit:
    """Traffic flows to the best of stable, canary and ``challengers``, by ``metric``, as batches of rewards come in.

    The canary begins with ``start``, the challengers with their shares. No arm has less than ``floor``, and no share
    moves by more than ``max_change`` at once. It ends when one is the best with the chance ``until``, or after
    ``max``, and then ``stopped`` says what follows; where a challenger is the best, ``outdone`` does. Each batch
    counts ``discount`` times as much as the next. ``burst`` is as in an experiment.
    """

    max_: Annotated[int, SECONDS]
    start: Annotated[int, BASIS_POINTS] = FULL // 2
    metric: Literal["conversion", "revenue"] = "conversion"
    floor: Annotated[int, BASIS_POINTS] = 100
    max_change: Annotated[int, BASIS_POINTS] = 2_000
    discount: Annotated[float, SHARE] = 1.0
    until: Annotated[float, SHARE] = 0.99
    burst: float = 1.0
    stopped: Then = Then.ROLL_BACK
    challengers: Mapping[str, Annotated[int, BASIS_POINTS]] = field(default_factory=dict)
    outdone: Then = Then.ROLL_BACK


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a rollout: the canary's weight, and how long it must serve at it.

    ``bake`` is the least time before the step may pass, ``max_bake`` the time after which an
    inconclusive judge ends the waiting. With ``approval`` a person must say so before the step begins. Where the
    evidence sets the pace, the least time is ``min_bake``: a quarter of ``bake`` where left out.

    A ``shadow`` step has weight 0: it shows the canary to nobody. With a ``flag`` only users for whom that feature
    flag is on take part, and the weight is the canary's share of them. An ``experiment`` or a ``bandit`` step lasts
    until it has ended, and its weight is the share that the canary begins with.
    """

    weight: Annotated[int, BASIS_POINTS]
    bake: Annotated[int, SECONDS]
    max_bake: Annotated[int, SECONDS]
    approval: bool = False
    min_bake: Annotated[int, SECONDS] | None = None
    shadow: Shadow | None = None
    flag: str = ""
    experiment: Experiment | None = None
    bandit: Bandit | None = None

    @property
    def tests(self) -> Experiment | Bandit | None:
        """What the step tests both models by, if anything."""
        return self.experiment or self.bandit

    @property
    def sees(self) -> int:
        """The part of the requests that the canary answers or gets copies of, in basis points."""
        return self.shadow.sample if self.shadow else self.weight


class Routing(StrEnum):
    """Who splits the traffic: SageMaker, request by request, or the router in front of it, user by user."""

    WEIGHTS = "weights"
    STICKY = "sticky"


@dataclass(frozen=True, slots=True)
class Budget:
    """What a plan may cost, held by `serinus simulate` at the endpoint's traffic; None is no limit.

    ``bad_answers_p95`` bounds, for a canary that is broken as the simulation says, the bad answers of all but one
    rollout in twenty; ``time_to_rollback_p95`` the time of them; ``false_rollback`` the share of healthy canaries
    taken back; ``healthy_duration_p95`` how long a healthy rollout lasts.
    """

    bad_answers_p95: int | None = None
    time_to_rollback_p95: Annotated[int, SECONDS] | None = None
    false_rollback: Annotated[float, SHARE] | None = None
    healthy_duration_p95: Annotated[int, SECONDS] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered steps and the guardrails that a rollout obeys.

    ``false_rollback`` is the chance, over the whole rollout, to roll back a canary that is no worse than
    stable; ``false_pass`` the chance to pass one that is worse than the guardrails' ``detect``.

    With ``progression: evidence`` a step passes as soon as every guardrail does, from its ``min_bake`` on, and
    steps that the evidence makes needless are left out (`lambdas.rollout.leap`).

    With ``routing: sticky`` a user keeps the same model through the rollout: the steps move the router's shares, and
    SageMaker's weights follow when the canary is promoted.
    """

    steps: tuple[Step, ...]
    guardrails: tuple[Guardrail, ...]
    false_rollback: Annotated[float, SHARE] = 0.01
    false_pass: Annotated[float, SHARE] = 0.05
    inconclusive: Inconclusive = Inconclusive.PAUSE
    progression: Progression = Progression.FIXED
    budget: Budget | None = None
    routing: Routing = Routing.WEIGHTS

    @property
    def judged(self) -> tuple[Guardrail, ...]:
        """All guardrails, with those that steps bring along."""
        return (*self.guardrails, *(step.shadow.guardrail for step in self.steps if step.shadow))

    def concerns(self, step: int, guardrail: str) -> bool:
        """Tell whether a guardrail, by its key, must pass for a step to pass.

        Disagreement is a shadow's alone, and a shadow may leave the model's quality to later steps.
        """
        shadow = self.steps[step].shadow
        if guardrail == DISAGREEMENT:
            return shadow is not None
        of_quality = (each.key for each in self.guardrails if is_of_quality(each.metric))
        return shadow is None or shadow.quality or guardrail not in of_quality

    def least(self, step: int) -> int:
        """Return the seconds that a step must serve before it may pass."""
        given = self.steps[step]
        if self.progression is Progression.FIXED:
            return given.bake
        return given.bake // 4 if given.min_bake is None else given.min_bake
