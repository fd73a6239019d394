"""What is foreseen, for programs. Weights in basis points, durations in seconds, shares between 0 and 1."""

from typing import Any

from cli.documents import of_shadow
from cli.explain.advice import advice
from cli.explain.explained import Explained, Page
from cli.explain.trials import TrialOutlook
from cli.explain.words import hours, summary
from cli.foresight.outlook import Course, Fleet, Outlook, Spread, StepOutlook
from lambdas.rollout.judge.bench import split


def document(page: Page) -> dict[str, Any]:
    """Write what `--json` prints."""
    return {"environment": page.environment, "endpoints": [_endpoint(each) for each in page.endpoints]}


def _endpoint(explained: Explained) -> dict[str, Any]:
    found = {"endpoint": explained.endpoint, "notes": list(explained.notes)}
    tests = {"experiments": [_trial(each) for each in explained.trials]}
    return found | (_outlook(explained.outlook) | tests if explained.outlook else {"steps": None})


def _trial(trial: TrialOutlook) -> dict[str, Any]:
    found = trial.foreseen and {
        "expected": trial.foreseen.expected_seconds,
        "enough": trial.foreseen.enough_seconds,
        "equal": trial.foreseen.equal / trial.requests_per_second if trial.requests_per_second else None,
    }
    given = {"step": trial.index, "metric": trial.experiment.metric, "base": trial.base}
    return given | {"least": trial.step.bake, "longest": trial.experiment.max_, "seconds": found}


def _outlook(outlook: Outlook) -> dict[str, Any]:
    traffic, courses = outlook.traffic, outlook.courses
    return {
        "summary": list(summary(outlook)),
        "advice": list(advice(outlook)),
        "requests_per_second": traffic.requests_per_second if traffic else None,
        "steps": [_step(step) for step in outlook.steps],
        "false_rollback": outlook.plan.false_rollback,
        "split": [{"guardrail": key, "chance": chance} for key, chance in split(outlook.plan).items()],
        "left_out": list(outlook.unknown),
        "healthy": _course(courses.healthy) if courses else None,
        "doubled": _course(courses.doubled) if courses and courses.doubled else None,
        "failing": _course(courses.failing) if courses and courses.failing else None,
        "disagreeing": _course(courses.disagreeing) if courses and courses.disagreeing else None,
        "least": outlook.least,
        "longest": outlook.longest,
        "fleet": _fleet(outlook),
    }


def _step(step: StepOutlook) -> dict[str, Any]:
    return {
        "weight": step.step.weight,
        "shadow": of_shadow(step.step),
        "least": step.least,
        "max_bake": step.step.max_bake,
        "approval": step.step.approval,
        "requests": step.requests,
        "sights": [
            {
                "guardrail": sight.guardrail.key,
                "alone": sight.alone,
                "by_then": sight.by_then,
                "base": sight.base,
            }
            for sight in step.sights
        ],
        "doubling": step.doubling,
        "expected": step.expected,
        "stuck": step.stuck,
    }


def _course(course: Course) -> dict[str, Any]:
    return {
        "error_rate": course.error_rate,
        "ends": {str(end): part for end, part in course.ends.items()},
        "seconds": _spread(course.seconds),
        "bad": _spread(course.bad),
    }


def _spread(spread: Spread | None) -> dict[str, float] | None:
    return {"mean": spread.mean, "p95": spread.p95} if spread else None


def _other(fleet: Fleet | None) -> dict[str, Any] | None:
    return {"instance": fleet.instance, "count": fleet.count, "price": fleet.price} if fleet else None


def _fleet(outlook: Outlook) -> dict[str, Any] | None:
    fleet = outlook.fleet
    if fleet is None:
        return None
    likely, most = (hours(outlook, each) for each in (outlook.expected or outlook.least, outlook.longest))
    return {
        "instance": fleet.instance,
        "count": fleet.count,
        "price": fleet.price,
        "stable": _other(outlook.stable),
        "challengers": {name: _other(each) for name, each in outlook.challengers.items()},
        "hours": {"expected": likely, "longest": most},
        "usd": None if fleet.price is None else {"expected": likely * fleet.price, "longest": most * fleet.price},
    }
