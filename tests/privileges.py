"""What roles were granted in a run's whole deploys, beside what they called: nothing missing, nothing unused.

Every sandbox of the run writes both down (`sandbox.iam.journal`); `tests.conftest` compares them at the end.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

SCENES = (
    "tests/e2e/test_challengers.py",
    "tests/e2e/test_judge.py",
    "tests/e2e/test_rollout.py",
    "tests/e2e/test_sticky_rollout.py",
    "tests/stacks/test_asynchronous.py",
    "tests/stacks/test_flags_taken_back.py",
    "tests/stacks/test_health.py",
    "tests/stacks/test_native.py",
    "tests/stacks/test_rewards.py",
    "tests/stacks/test_serving.py",
)
"""The files whose rollouts together make every call: only where all of them passed, nothing may be left over."""

_KINDS = "live|begin|advance|rollback|witness|captures|router|reward|forget|rollout|flags-monitor|monitor"
_OURS = re.compile(rf"serinus-.+?(?:-(?P<kind>{_KINDS}))?")

EXPLAINED = {
    "the sandbox keeps no traces": ("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    "the sandbox keeps no logs of executions; AWS asks for all of these where there are some": (
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ),
    "an execution renews itself after an hour": ("rollout states:StartExecution",),
    "the sandbox puts containers' logs and metrics into files": (
        "execution cloudwatch:PutMetricData",
        "execution logs:CreateLogGroup",
        "execution logs:CreateLogStream",
        "execution logs:PutLogEvents",
    ),
    "the sandbox runs no jobs of Model Monitor": (
        "monitor cloudwatch:PutMetricData",
        "monitor ecr:BatchCheckLayerAvailability",
        "monitor ecr:BatchGetImage",
        "monitor ecr:GetAuthorizationToken",
        "monitor ecr:GetDownloadUrlForLayer",
        "monitor logs:CreateLogGroup",
        "monitor logs:CreateLogStream",
        "monitor logs:DescribeLogStreams",
        "monitor logs:PutLogEvents",
        "monitor s3:AbortMultipartUpload",
        "monitor s3:GetObject",
        "monitor s3:ListBucket",
        "monitor s3:PutObject",
    ),
    "the sandbox keeps keys and encrypts nothing": ("kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"),
    "with it, what is not in a bucket is not found instead of denied": ("execution s3:ListBucket",),
    "an upload in parts, of answers that are large, and fails": ("execution s3:AbortMultipartUpload",),
}
"""Why there are grants that no run in the sandbox can show to be used: actions, of one kind of role or of any."""

SELDOM = {
    "who is first to take a canary from routers, an alarm or a look, is chance": (
        "rollback appconfig:CreateHostedConfigurationVersion",
        "rollback appconfig:GetHostedConfigurationVersion",
        "rollback appconfig:ListApplications",
        "rollback appconfig:ListConfigurationProfiles",
        "rollback appconfig:ListDeploymentStrategies",
        "rollback appconfig:ListDeployments",
        "rollback appconfig:ListEnvironments",
        "rollback appconfig:ListHostedConfigurationVersions",
        "rollback appconfig:StartDeployment",
    ),
    "a second rollout behind a router, which `make path` has": ("begin appconfig:GetHostedConfigurationVersion",),
    "an alarm while a rollback goes by its second way": ("rollback sagemaker:UpdateEndpoint",),
}
"""Why grants are used in some runs and not in others."""


class Found(NamedTuple):
    """Calls that were denied, grants that nobody used, and explanations of what is used after all."""

    grants: int
    roles: int
    denied: list[str]
    unused: list[str]
    outdated: list[str]


def compare(journals: Path) -> Found:
    """Compare what all sandboxes wrote down."""
    granted: set[tuple[str, str]] = set()
    called: set[tuple[str, str]] = set()
    denied: set[str] = set()
    for line in _lines(journals.glob("*.jsonl")):
        ours = _OURS.fullmatch(line["role"])
        if not ours:
            continue
        kind = ours["kind"] or "execution"
        granted |= {(kind, action) for action in line.get("granted", ())}
        if line.get("allowed"):
            called.add((kind, line["action"]))
        elif "allowed" in line:
            denied.add(f"{kind} was denied {line['action']} on {line['resource']}")
    unused = [
        f"{kind} does not use {action}"
        for kind, action in granted - called
        if not _is_in(EXPLAINED, kind, action) and not _is_in(SELDOM, kind, action)
    ]
    outdated = [
        f"{kind} uses {action} after all" for kind, action in granted & called if _is_in(EXPLAINED, kind, action)
    ]
    kinds = {kind for kind, _ in granted}
    return Found(len(granted), len(kinds), sorted(denied), sorted(unused), sorted(outdated))


def _is_in(reasons: Mapping[str, Sequence[str]], kind: str, action: str) -> bool:
    return any({action, f"{kind} {action}"} & set(actions) for actions in reasons.values())


def _lines(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        for line in file.read_text().splitlines():
            yield json.loads(line)
