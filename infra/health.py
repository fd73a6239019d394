"""The alarms on the control plane itself: what it could not handle, and what it could not bring to an end.

Sources: Amazon SQS developer guide, "Available CloudWatch metrics"; Step Functions developer guide, "Monitoring
metrics using CloudWatch".
"""

from infra.alarms import MetricAlarm
from infra.metrics import Query, expression
from infra.place import Place, dead_letter_queue
from lambdas.rollout import names
from lambdas.rollout.guardrails import Alarm

_FAILED = ("ExecutionsFailed", "ExecutionsTimedOut")
_AT_ONCE = Alarm(breaches=1, periods=1, min_requests=1)


def build(place: Place, period: int) -> tuple[MetricAlarm, ...]:
    """Build them; ``period`` in seconds, of which more than a minute is left out: AWS publishes these each minute."""
    period = min(period, 60)
    queue, machine = {"QueueName": dead_letter_queue(place.environment)}, {"StateMachineArn": place.workflow}
    letters = MetricAlarm(
        name=names.dead_letters_alarm(place.environment),
        description="events wait in the dead-letter queue that no function could handle: a deploy that began no"
        " rollout, or an alarm that took nothing back by itself; see docs/runbook.md",
        queries=(
            _metric("letters", ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum"), queue, period)
            | {"label": "messages in the dead-letter queue", "return_data": True},
        ),
        threshold=0,
        firing=_AT_ONCE,
    )
    failed = MetricAlarm(
        name=names.workflow_alarm(place.environment),
        description="the workflow of a rollout has failed, and so has the rollback that follows from it: nothing"
        " looks after that rollout any more; see docs/runbook.md",
        queries=(
            *(_metric(f"e{i}", ("AWS/States", each, "Sum"), machine, period) for i, each in enumerate(_FAILED)),
            expression("ended", 'SUM(METRICS("e"))', "workflows that ended in an error"),
        ),
        threshold=0,
        firing=_AT_ONCE,
    )
    return letters, failed


def _metric(id_: str, what: tuple[str, str, str], dimensions: dict[str, str], period: int) -> Query:
    """Read a metric: ``what`` are its namespace, its name and the statistic."""
    namespace, name, stat = what
    return {
        "id": id_,
        "metric": {
            "namespace": namespace,
            "metric_name": name,
            "dimensions": dimensions,
            "period": period,
            "stat": stat,
        },
    }
