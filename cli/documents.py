"""The documents that `--json` prints; docs/cli.md describes their keys, which do not change within a version.

Weights are in basis points, times in ISO 8601 (UTC), durations in seconds.
"""

from typing import Any

from cli.quantities import utc
from cli.snapshot import Snapshot
from cli.story import Story
from lambdas.rollout.judge.verdict import Arm, Verdict
from lambdas.rollout.live import Live
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import Step
from lambdas.rollout.quality.coverage import Coverage
from lambdas.rollout.state import Entry, Rollout

Document = dict[str, Any]


def of_snapshot(snapshot: Snapshot) -> Document:
    """Describe an endpoint at one moment."""
    return {
        "endpoint": snapshot.endpoint,
        "at": utc(snapshot.at),
        "live": of_live(snapshot.live) if snapshot.live else None,
        "rollout": of_rollout(snapshot.state.rollout) if snapshot.state.rollout else None,
        "difference": snapshot.difference or None,
        "proven": list(snapshot.state.proven),
        "labels": of_labels(snapshot.labels) if snapshot.labels else None,
        "verdicts": [of_verdict(v) for v in snapshot.looked.verdicts] if snapshot.looked else [],
        "last": of_entry(snapshot.entries[-1]) if snapshot.entries else None,
    }


def of_labels(labels: Coverage) -> Document:
    """Describe how many predictions got their truth, on each arm."""
    counted = {name: {"labelled": arm.bad, "predictions": arm.total} for name, arm in labels.arms.items()}
    stable, canary = counted.pop(STABLE), counted.pop(CANARY)
    return {"canary": canary, "stable": stable, "challengers": counted, "uneven": labels.uneven or None}


def of_live(live: Live) -> Document:
    """Describe what SageMaker serves."""
    return {
        "status": live.status,
        "config": live.config,
        "settled": live.settled,
        "failure": live.failure or None,
        "canary_weight": live.canary_weight,
        "variants": [
            {"name": v.name, "weight": v.weight, "desired_weight": v.desired_weight, "instances": v.count}
            for v in live.variants
        ],
    }


def of_rollout(rollout: Rollout) -> Document:
    """Describe a rollout's state; ``step`` counts from 0, and is -1 before the first."""
    return {
        "number": rollout.number,
        "stable": rollout.release.stable,
        "canary": rollout.canary,
        "phase": rollout.phase.value,
        "ended": rollout.phase.ended,
        "weight": rollout.weight,
        "challengers": {share.variant: share.weight for share in rollout.challengers},
        "step": rollout.step,
        "steps": [of_step(step) for step in rollout.plan.steps],
        "awaits_approval": rollout.awaits is not None,
        "began": utc(rollout.began),
        "since": utc(rollout.since),
    }


def of_step(step: Step) -> Document:
    """Describe a step of the plan."""
    given = {"weight": step.weight, "bake": step.bake, "max_bake": step.max_bake, "approval": step.approval}
    tests = "experiment" if step.experiment else "bandit" if step.bandit else None
    return given | {"flag": step.flag or None, "shadow": of_shadow(step), "tests": tests}


def of_shadow(step: Step) -> Document | None:
    """Describe what a step copies to the canary and how much may differ; None where it is no shadow."""
    if step.shadow is None:
        return None
    return {"sample": step.shadow.sample, "max_disagreement": step.shadow.max_disagreement}


def of_entry(entry: Entry) -> Document:
    """Describe an entry of the history; ``live_weight`` is null where nobody looked."""
    return {
        "at": utc(entry.at),
        "revision": entry.revision,
        "kind": entry.kind.value,
        "phase": entry.phase.value,
        "step": entry.step,
        "weight": entry.weight,
        "live_weight": entry.live_weight,
        "challengers": {share.variant: share.weight for share in entry.challengers},
        "cause": entry.cause,
        "reason": entry.reason,
        "verdicts": [of_verdict(verdict) for verdict in entry.verdicts],
    }


def of_verdict(verdict: Verdict) -> Document:
    """Describe a verdict; evidence in natural logarithms, FAIL at ``harm_bound``, PASS at ``safety_bound``."""
    return {
        "guardrail": verdict.guardrail,
        "outcome": verdict.outcome.value,
        "sentence": verdict.sentence,
        "canary": _of_arm(verdict.canary),
        "stable": _of_arm(verdict.stable),
        "harm": verdict.harm,
        "harm_bound": verdict.harm_bound,
        "safety": verdict.safety,
        "safety_bound": verdict.safety_bound,
    }


def of_story(story: Story) -> Document:
    """Describe a rollout with its whole history."""
    return {
        "environment": story.environment,
        "endpoint": story.endpoint,
        "rollout": story.number,
        "stable": story.stable,
        "canary": story.canary,
        "phase": story.phase.value,
        "entries": [of_entry(entry) for entry in story.entries],
    }


def _of_arm(arm: Arm) -> Document:
    return {"bad": arm.bad, "total": arm.total}
