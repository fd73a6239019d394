"""What a comparison found, as `--json` prints it."""

from typing import Any

from lambdas.rollout.shadow.report import Worst, bounds, worst
from lambdas.rollout.shadow.summary import Summary


def of_summary(summary: Summary) -> dict[str, Any]:
    """Describe a comparison: counts of answers, and bounds of the share that disagrees."""
    low, high = bounds(summary.answers)
    return {
        "incomparable": summary.incomparable,
        "damaged": summary.damaged,
        "compared": summary.answers.total,
        "disagreements": summary.answers.bad,
        "low": low,
        "high": high,
        "kinds": dict(summary.kinds),
        "segments": [_of_segment(each) for each in worst(summary.segments)],
        "examples": [example._asdict() for example in summary.examples],
    }


def _of_segment(segment: Worst) -> dict[str, Any]:
    return {
        "name": segment.name,
        "compared": segment.counted.total,
        "disagreements": segment.counted.bad,
        "low": segment.bounds[0],
        "high": segment.bounds[1],
    }
