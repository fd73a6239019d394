"""An outlook made by hand, so that what is written of it does not hang on any simulation."""

from dataclasses import replace

from cli.explain.explained import Explained, Page
from cli.foresight.journey import End
from cli.foresight.outlook import Course, Courses, Fleet, Outlook, Sight, Spread, StepOutlook
from cli.foresight.traffic import Base, Traffic
from lambdas.rollout.guardrails import ErrorRate, Latency, Value
from lambdas.rollout.plan import Plan, Shadow, Step

ERRORS, SLOW, WORTH = ErrorRate(), Latency(), Value("revenue")
PLAN = Plan(
    steps=(Step(100, 600, 3_600), Step(2_000, 1_800, 7_200), Step(10_000, 3_600, 14_400, approval=True)),
    guardrails=(ERRORS, SLOW, WORTH),
)


def _sights(errors: float | None, slow: float | None, by_then: tuple[float, float]) -> tuple[Sight, ...]:
    return (
        Sight(ERRORS, errors, by_then[0], 0.005),
        Sight(SLOW, slow, by_then[1], None),
        Sight(WORTH, 1.3, 1.3, None),
    )


STEPS = (
    StepOutlook(PLAN.steps[0], 600, 300.0, _sights(7.91, 1.32, (7.91, 1.32)), 8_580.0, 1_260.0, 0.04),
    StepOutlook(PLAN.steps[1], 1_800, 18_000.0, _sights(1.75, 1.14, (1.71, 1.13)), 1_140.0, 1_860.0),
    StepOutlook(PLAN.steps[2], 3_600, 180_000.0, _sights(None, None, (1.71, 1.13)), None, 3_600.0),
)
COURSES = Courses(
    healthy=Course(0.005, {End.PROMOTED: 0.96, End.PAUSED: 0.04}, Spread(6_720.0, 9_000.0), Spread(0.0, 0.0)),
    doubled=Course(
        0.01, {End.ROLLED_BACK: 0.9, End.PROMOTED: 0.02, End.PAUSED: 0.08}, Spread(720.0, 2_000.0), Spread(31.2, 80.4)
    ),
    failing=Course(1.0, {End.ROLLED_BACK: 1.0}, Spread(150.0, 180.0), Spread(73.6, 94.0)),
)
OUTLOOK = Outlook(
    endpoint="mortgage",
    plan=PLAN,
    steps=STEPS,
    fleet=Fleet("ml.m5.large", 2, 0.115),
    traffic=Traffic(50.0, {"error_rate": Base(0.005)}),
    courses=COURSES,
)
PAGE = Page("prod", (Explained("mortgage", ("50 requests a second: from prod.yaml.",), OUTLOOK),))

SHADOW = Shadow(3_600, sample=5_000)
SHADOWED = replace(PLAN, steps=(Step(0, 3_600, 14_400, shadow=SHADOW), *PLAN.steps), guardrails=(ERRORS, SLOW))
_COMPARED = Sight(SHADOW.guardrail, 4.88, 4.88, 0.005)
_UNSEEN = Sight(SHADOW.guardrail, None, 4.88, 0.005)
SHADOW_PAGE = Page(
    "prod",
    (
        Explained(
            "mortgage",
            ("50 requests a second: from prod.yaml.",),
            replace(
                OUTLOOK,
                plan=SHADOWED,
                steps=(
                    StepOutlook(
                        SHADOWED.steps[0],
                        3_600,
                        90_000.0,
                        (*_sights(1.46, 1.13, (1.46, 1.13))[:2], _COMPARED),
                        410.0,
                        3_660.0,
                    ),
                    *(replace(step, sights=(*step.sights[:2], _UNSEEN)) for step in STEPS),
                ),
                courses=replace(
                    COURSES,
                    disagreeing=Course(None, {End.ROLLED_BACK: 1.0}, Spread(156.0, 170.0), Spread(0.0, 0.0)),
                ),
            ),
        ),
    ),
)


def page(**changes: object) -> Page:
    """The page with another outlook."""
    return Page("prod", (Explained("mortgage", (), replace(OUTLOOK, **changes)),))  # type: ignore[arg-type] # fields of Outlook
