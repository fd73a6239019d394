"""Which events wake which function.

Source: SageMaker developer guide, "Events that SageMaker sends to EventBridge" (status words in capitals);
CloudWatch user guide, "Alarm events and EventBridge".
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

Pattern = dict[str, Any]

FITS = 2_048
"""Characters of a pattern (EventBridge user guide, "Quotas")."""


def written(pattern: Pattern) -> str:
    """Write a pattern as the rule has it."""
    return json.dumps(pattern)


def in_service(endpoints: Sequence[str]) -> list[Pattern]:
    """Match: one of the endpoints has come into service (created, updated, or its weights changed).

    By as many patterns as it takes to name them all.
    """
    return _split(endpoints, _in_service)


def deployment(endpoints: Sequence[str], alarms: Sequence[str] = ()) -> list[Pattern]:
    """Match: SageMaker does something to one of the endpoints, stage by stage, and it comes to rest.

    Or one of ``alarms`` has gone into ALARM. By as many patterns as it takes to name them all.
    """
    if not alarms:
        return _split(endpoints, _done)
    one: Pattern = {"$or": [_done(sorted(endpoints)), _fired(sorted(alarms))]}
    return [one] if len(written(one)) <= FITS else [*_split(endpoints, _done), *_split(alarms, _fired)]


def _in_service(endpoints: Sequence[str]) -> Pattern:
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Endpoint State Change"],
        "detail": {"EndpointName": list(endpoints), "EndpointStatus": ["IN_SERVICE"]},
    }


def _done(endpoints: Sequence[str]) -> Pattern:
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Endpoint Deployment State Change", "SageMaker Endpoint State Change"],
        "detail": {"EndpointName": list(endpoints)},
    }


def _split(names: Sequence[str], pattern: Callable[[Sequence[str]], Pattern]) -> list[Pattern]:
    """Share names out, in their order, over as few patterns as hold them."""
    parts: list[list[str]] = [[]]
    for name in sorted(names):
        if parts[-1] and len(written(pattern([*parts[-1], name]))) > FITS:
            parts.append([])
        parts[-1].append(name)
    return [pattern(part) for part in parts]


def alarm(environment: str) -> list[Pattern]:
    """Match: an alarm of the environment has gone into ALARM."""
    return [_fired([{"prefix": f"serinus.{environment}."}])]


def _fired(names: Sequence[str | dict[str, str]]) -> Pattern:
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": list(names), "state": {"value": ["ALARM"]}},
    }
