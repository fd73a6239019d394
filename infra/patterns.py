"""Which events wake which function.

Source: SageMaker developer guide, "Events that SageMaker sends to EventBridge" (status words in capitals);
CloudWatch user guide, "Alarm events and EventBridge".
"""

from collections.abc import Sequence
from typing import Any

Pattern = dict[str, Any]


def in_service(endpoints: Sequence[str]) -> Pattern:
    """Match: one of the endpoints has come into service (created, updated, or its weights changed)."""
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Endpoint State Change"],
        "detail": {"EndpointName": sorted(endpoints), "EndpointStatus": ["IN_SERVICE"]},
    }


def deployment(endpoints: Sequence[str], alarms: Sequence[str] = ()) -> Pattern:
    """Match: SageMaker does something to one of the endpoints, stage by stage, and it comes to rest.

    Or one of ``alarms`` has gone into ALARM.
    """
    done = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Endpoint Deployment State Change", "SageMaker Endpoint State Change"],
        "detail": {"EndpointName": sorted(endpoints)},
    }
    return {"$or": [done, _fired(sorted(alarms))]} if alarms else done


def alarm(environment: str) -> Pattern:
    """Match: an alarm of the environment has gone into ALARM."""
    return _fired([{"prefix": f"serinus.{environment}."}])


def _fired(names: Sequence[str | dict[str, str]]) -> Pattern:
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": list(names), "state": {"value": ["ALARM"]}},
    }
