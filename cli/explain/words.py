"""What is foreseen, in sentences."""

from collections.abc import Iterator

from cli.foresight.journey import End
from cli.foresight.outlook import Course, Fleet, Outlook, StepOutlook
from cli.quantities import duration, percent
from cli.steps import named
from lambdas.rollout.judge.bench import split
from lambdas.rollout.plan import DISAGREEMENT, Plan, Shadow

_NEARLY = 0.995
"""From here on a share is all of them, as far as a few hundred simulated rollouts tell."""


def share(part: float) -> str:
    """Write a share: ``0.5 %``."""
    return f"{100 * part:.3g} %"


def number(count: float) -> str:
    """Write a mean count: ``3.4``, ``31``, ``1,204``."""
    return f"{count:,.0f}" if count >= 10 else f"{count:.2g}"


def summary(outlook: Outlook) -> tuple[str, ...]:
    """Tell in a few sentences what the plan does for people, and what it costs."""
    return (*_shadow(outlook), *_harm(outlook), *_healthy(outlook), false_rollback(outlook.plan), *cost(outlook))


def false_rollback(plan: Plan) -> str:
    """Say how the chance of a false rollback is split over the guardrails."""
    parts = ", ".join(f"{key} {share(chance)}" for key, chance in split(plan).items())
    return f"At most {share(plan.false_rollback)} of healthy canaries are taken back by the judge ({parts})."


def _shadow(outlook: Outlook) -> Iterator[str]:
    """Say what a shadow does, what it finds, and that it hurts nobody."""
    for step in outlook.steps:
        if shadow := step.step.shadow:
            pairs = "" if step.requests is None else f" ({number(step.requests)} pairs of answers are compared)"
            long = duration(step.least)
            yield (
                f"First the canary answers copies of {percent(shadow.sample)} of the requests for {long} or"
                f" more{pairs}; nobody gets these answers, and every guardrail is judged on them as well."
            )
            yield from _compared(outlook, step, shadow)


def _compared(outlook: Outlook, step: StepOutlook, shadow: Shadow) -> Iterator[str]:
    course = outlook.courses.disagreeing if outlook.courses else None
    if course is None:
        return
    seen = next((each for each in step.sights if each.guardrail.key == DISAGREEMENT), None)
    if seen and seen.alone and seen.base:
        yield (
            f"Disagreement in {share(seen.alone * seen.base)} of the pairs or more is found out by then in 9 of 10"
            f" rollouts (max_disagreement is {share(shadow.max_disagreement)})."
        )
    if step.expected is not None:
        yield f"A shadow as good as stable passes after about {duration(step.expected)}."
    yield f"One that disagrees twice as often as it may {_taken_back(course)}."


def _harm(outlook: Outlook) -> Iterator[str]:
    courses = outlook.courses
    if courses and courses.doubled and courses.failing:
        rate = share(courses.doubled.error_rate or 0.0)
        yield f"A canary with twice the errors ({rate} of its answers) {_taken_back(courses.doubled)}."
        yield f"One that answers everything with an error {_taken_back(courses.failing)}."
    elif courses:
        yield "Nothing judges errors: a canary that answers everything with an error is left to the alarms."


def _taken_back(course: Course) -> str:
    more = "bad answers beyond what stable would have given"
    hurt = (
        f"{number(course.bad.mean)} {more} (95 %: at most {number(course.bad.p95)})"
        if course.bad.p95
        else "no bad answer"
    )
    if course.seconds is None:
        return f"is not taken back: {_otherwise(course)}; after {hurt}"
    back = course.ends[End.ROLLED_BACK]
    seldom = "" if back >= _NEARLY else f" in {share(back)} of rollouts ({_otherwise(course)})"
    return f"is taken back{seldom} after about {duration(course.seconds.mean)}, at the price of {hurt}"


def _otherwise(course: Course) -> str:
    words = {End.PAUSED: "paused for a person to decide", End.PROMOTED: "promoted", End.ROLLED_BACK: "taken back"}
    others = [(end, part) for end, part in course.ends.items() if part and end is not End.ROLLED_BACK]
    return ", ".join(f"{share(part)} are {words[end]}" for end, part in others)


def _healthy(outlook: Outlook) -> Iterator[str]:
    bounds = f"at least {duration(outlook.least)}, at most {duration(outlook.longest)}"
    approvals = sum(step.step.approval for step in outlook.steps)
    waiting = f", and the wait for {approvals} approval{'s' if approvals > 1 else ''}" if approvals else ""
    if outlook.courses is None:
        yield f"The steps take {bounds}{waiting}."
        return
    healthy = outlook.courses.healthy
    if healthy.seconds is None:
        yield "A healthy canary is not promoted: the judge cannot tell in time (see below)."
        return
    seldom = "" if healthy.ends[End.PROMOTED] >= 0.98 else f" in {share(healthy.ends[End.PROMOTED])} of rollouts"
    about = f"after about {duration(healthy.seconds.mean)} (95 %: {duration(healthy.seconds.p95)}; {bounds})"
    yield f"A healthy canary is promoted{seldom} {about}{waiting}."


def cost(outlook: Outlook) -> Iterator[str]:
    """Say what the canary's own fleet costs while the rollout lasts."""
    fleet = outlook.fleet
    if fleet is None:
        yield "The canary needs no fleet of its own: the endpoint is serverless."
        return
    likely, most = (hours(outlook, each) for each in (outlook.expected or outlook.least, outlook.longest))
    price = "" if fleet.price is None else f" = {likely * fleet.price:.2f} USD"
    at_most = "" if fleet.price is None else f" = {most * fleet.price:.2f} USD"
    asked = f"; no price is given (`prices: {{{fleet.instance}: ...}}`, or --price)" if fleet.price is None else ""
    yield (
        f"The canary's fleet ({fleet}) takes about {likely:.1f} instance-hours{price},"
        f" at most {most:.1f}{at_most}{asked}."
    )
    for name, each in outlook.challengers.items():
        costs = "" if each.hourly is None else f" = {each.hourly:.2f} USD an hour"
        yield f"Challenger {name} has a fleet of its own as long as it is in the file: {each}{costs}."
    yield from _afterwards(fleet, outlook.stable)


def _afterwards(canary: Fleet, stable: Fleet | None) -> Iterator[str]:
    """Say what the endpoint costs once the canary has replaced stable, where it runs on something else."""
    if stable is None or (canary.instance, canary.count) == (stable.instance, stable.count):
        return
    if canary.hourly is None or stable.hourly is None:
        lacking = " and ".join(sorted({each.instance for each in (canary, stable) if each.price is None}))
        yield f"Stable runs on {stable}, the canary on {canary}; what that costs needs the price of {lacking}."
        return
    more = canary.hourly - stable.hourly
    changed = f"{abs(more):.2f} USD an hour {'more' if more >= 0 else 'less'}"
    yield (
        f"Stable runs on {stable} = {stable.hourly:.2f} USD an hour, the canary on {canary} = {canary.hourly:.2f} USD"
        f" an hour: without stable, the endpoint costs {changed} than now."
    )


def hours(outlook: Outlook, seconds: float) -> float:
    """Return the instance-hours of the canary's fleet in so many seconds."""
    return outlook.fleet.count * seconds / 3600 if outlook.fleet else 0.0


def step_name(outlook: Outlook, index: int) -> str:
    """Name a step: ``step 2 (10 %)``."""
    return f"step {index + 1} ({named(outlook.steps[index].step)})"
