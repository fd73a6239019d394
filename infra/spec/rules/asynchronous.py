"""Rules on asynchronous endpoints, and on what only they have.

Sources: SageMaker API reference, AsyncInferenceConfig, InvokeEndpointAsync; developer guide, "Asynchronous inference"
(metrics, autoscaling), "Exclusions" of shadow tests and of deployment guardrails, "Data capture".
"""

from collections.abc import Iterator

from infra.spec.asynchronous import Asynchronous
from infra.spec.endpoint import Autoscaling, Endpoint
from infra.spec.rollout import AgeBound, BacklogBound, Native, Progressive, QueueBound, shadow_step
from infra.spec.rules.finding import Finding
from lambdas.rollout.guardrails import Alarm
from lambdas.rollout.plan import Routing

MOST_CONCURRENT = 1000
"""Requests that an instance may get at a time (AsyncInferenceClientConfig)."""
LONGEST_LIFE = 21_600
"""Seconds after which a request that waits has expired (InvokeEndpointAsync, RequestTTLSeconds)."""


def async_is_native(endpoint: Endpoint) -> Iterator[Finding]:
    """A progressive rollout moves requests between two variants and counts them; a queue allows neither."""
    if not endpoint.async_ or not isinstance(endpoint.rollout, Progressive):
        return
    problem = (
        "has one queue for all variants and publishes neither Invocations nor InvocationModelErrors,"
        " so a progressive rollout has nothing to judge"
    )
    fix = "write rollout: {mode: native, strategy: all_at_once, baking: 10m}, or take async out"
    yield Finding(("async",), problem, fix)
    if shadow_step(endpoint.rollout):
        problem = "is impossible on an asynchronous endpoint: SageMaker excludes it from shadow tests"
        yield Finding(("rollout", "steps", 0, "shadow"), problem, "take it out, or async")
    if endpoint.rollout.plan.routing is Routing.STICKY:
        problem = "is impossible on an asynchronous endpoint: InvokeEndpointAsync takes no TargetVariant"
        yield Finding(("rollout", "routing"), problem, "take it out, or async")


def async_stands_alone(endpoint: Endpoint) -> Iterator[Finding]:
    """A queue is worked off by instances, and its requests are in S3 anyway."""
    if not endpoint.async_:
        return
    if endpoint.serverless:
        problem = "stands beside serverless, and SageMaker has queues for instances only"
        yield Finding(("async",), problem, "write instance instead of serverless")
    if endpoint.capture:
        problem = "is not possible on an asynchronous endpoint: SageMaker captures what real-time endpoints answer"
        yield Finding(("capture",), problem, "take it out: requests and answers are in S3 already")


def async_reads_its_requests(endpoint: Endpoint) -> Iterator[Finding]:
    """The role that is made for an endpoint may read what is named, and nothing else."""
    if endpoint.async_ and not endpoint.async_.from_ and not endpoint.execution_role:
        problem = "is missing, and the role that is made for the endpoint could read no request"
        yield Finding(("async", "from"), problem, "add from: s3://BUCKET/PREFIX, or execution_role")


def async_scales_by_its_queue(endpoint: Endpoint) -> Iterator[Finding]:
    """The target is a metric that the endpoint publishes; only a queue can wait for the first instance."""
    scaling = endpoint.autoscaling
    if not scaling:
        return
    if endpoint.async_ and scaling.invocations_per_instance is not None:
        problem = "is a metric that asynchronous endpoints do not publish"
        yield Finding(("autoscaling", "invocations_per_instance"), problem, "write backlog_per_instance: 5")
    if not endpoint.async_ and scaling.backlog_per_instance is not None:
        problem = "is the queue of an asynchronous endpoint, and this one has none"
        yield Finding(
            ("autoscaling", "backlog_per_instance"), problem, "write invocations_per_instance, or add async"
        )
    if not endpoint.async_ and scaling.minimum == 0:
        yield Finding(("autoscaling", "minimum"), "is less than 1", "write 1 or more")


def one_target(scaling: Autoscaling) -> Iterator[Finding]:
    """Autoscaling follows one metric."""
    targets = (scaling.invocations_per_instance, scaling.backlog_per_instance)
    if all(target is None for target in targets):
        fix = "add invocations_per_instance: 1000 (with async: backlog_per_instance: 5)"
        yield Finding(("invocations_per_instance",), "is missing", fix)
    elif None not in targets:
        problem = "stands beside invocations_per_instance, and there is one target"
        yield Finding(("backlog_per_instance",), problem, "keep one of the two")


def fleet_is_counted(scaling: Autoscaling) -> Iterator[Finding]:
    """A fleet has no negative size, and at some time it has an instance."""
    if scaling.minimum < 0:
        yield Finding(("minimum",), "is less than 0", "write 0 or more")
    if scaling.maximum < 1:
        yield Finding(("maximum",), "is less than 1", "write 1 or more")


def queue_is_watched_where_there_is_one(endpoint: Endpoint) -> Iterator[Finding]:
    """A real-time endpoint has no queue."""
    if endpoint.async_ or not isinstance(endpoint.rollout, Native):
        return
    for index, bound in enumerate(endpoint.rollout.alarms):
        if isinstance(bound, QueueBound):
            problem = "is of an asynchronous endpoint's queue, and this endpoint has none"
            fix = "watch error_rate or latency, or add async"
            yield Finding(("rollout", "alarms", index, "metric"), problem, fix)


def concurrency_is_possible(queue: Asynchronous) -> Iterator[Finding]:
    """SageMaker bounds how many requests an instance gets at a time."""
    if queue.max_concurrent is not None and not 1 <= queue.max_concurrent <= MOST_CONCURRENT:
        yield Finding(("max_concurrent",), "is out of SageMaker's bounds", f"write 1 to {MOST_CONCURRENT}")


def age_is_reached(bound: AgeBound) -> Iterator[Finding]:
    """A request that has waited for six hours has expired, and is no older than that."""
    if not 1 <= bound.above < LONGEST_LIFE:
        problem = "is never the age of a request: those that wait expire after 6h"
        yield Finding(("above",), problem, "write less than 6h, such as 10m")


def queues_have_no_least(bound: BacklogBound | AgeBound) -> Iterator[Finding]:
    """An alarm on the queue counts no requests, so the least number of them means nothing."""
    if bound.alarm.min_requests != Alarm().min_requests:
        problem = f"has no effect on {bound.metric}, which is no share of requests"
        yield Finding(("alarm", "min_requests"), problem, "take it out")
