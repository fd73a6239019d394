"""Rules on an endpoint as a whole."""

from collections.abc import Iterator

from infra.spec.endpoint import Autoscaling, BreakGlass, Capture, Endpoint, Serverless, Traffic
from infra.spec.images import model_versions
from infra.spec.model import ModelVersion
from infra.spec.rollout import Native, Progressive, Strategy, shadow_step
from infra.spec.rules.finding import Finding, below
from infra.spec.rules.native import PERCENTS, native_time
from infra.spec.units import percentage
from lambdas.rollout.plan import FULL

LARGEST_MEMORY, MEMORY_STEP, MOST_CONCURRENT = 6144, 1024, 200
"""Of a serverless variant (SageMaker API reference, ProductionVariantServerlessConfig)."""
MOST_CONTENTS = 10
_EXCLUDED = "guardrails-do-not-apply"
_CAPTURE = "add capture: {to: s3://BUCKET/PREFIX}"


def canary_has_a_label_of_its_own(endpoint: Endpoint) -> Iterator[Finding]:
    """Two model versions cannot share a label."""
    if endpoint.canary and endpoint.canary.version == endpoint.stable.version:
        fix = "give the canary its own version, or take it out"
        yield Finding(("canary", "version"), "is the stable version, too", fix)


def canary_is_another_model(endpoint: Endpoint) -> Iterator[Finding]:
    """A new label does not make a new model."""
    if (
        endpoint.canary
        and endpoint.canary.version != endpoint.stable.version
        and _content(endpoint.canary) == _content(endpoint.stable)
    ):
        problem = (
            f"is the stable model {endpoint.stable.version} under another name: image, data and environment agree"
        )
        yield Finding(("canary", "version"), problem, "point the canary at the new model's data or image")


def native_has_no_canary(endpoint: Endpoint) -> Iterator[Finding]:
    """In native mode there is one variant, and SageMaker's own canary is a part of its fleet."""
    if isinstance(endpoint.rollout, Native) and endpoint.canary:
        problem = "needs a second variant, which native mode does not have"
        yield Finding(("canary",), problem, "make it the stable version, or choose mode: progressive")


def something_serves(endpoint: Endpoint) -> Iterator[Finding]:
    """An endpoint runs on instances or serverless."""
    if endpoint.instance and endpoint.serverless:
        yield Finding(("serverless",), "stands beside instance, and only one can serve", "keep one of the two")
    if not endpoint.instance and not endpoint.serverless:
        yield Finding(
            ("instance",), "is missing, and so is serverless", "add instance: {type: ml.m5.large, count: 2}"
        )


def serverless_has_one_variant(endpoint: Endpoint) -> Iterator[Finding]:
    """Serverless endpoints take neither a second variant nor deployment guardrails (SageMaker, exclusions)."""
    if not endpoint.serverless:
        return
    if isinstance(endpoint.rollout, Progressive):
        problem = "has a single variant, so a progressive rollout has nowhere to put the canary"
        yield Finding(
            ("serverless",), problem, "write rollout: {mode: native, strategy: all_at_once}, or use instance"
        )
    elif endpoint.rollout.strategy is not Strategy.ALL_AT_ONCE:
        problem = f"is excluded from deployment guardrails, {endpoint.rollout.strategy} among them"
        yield Finding(("serverless",), problem, "write strategy: all_at_once, or use instance", _EXCLUDED)
    elif endpoint.rollout.existing_alarms:
        problem = "is excluded from deployment guardrails, so no alarm could roll it back"
        fix = "take existing_alarms out (of `alarms` people are told), or use instance"
        yield Finding(("serverless",), problem, fix, _EXCLUDED)


def serverless_has_no_instances(endpoint: Endpoint) -> Iterator[Finding]:
    """What counts or records instances' work is not for serverless."""
    if not endpoint.serverless:
        return
    for key in ("autoscaling", "capture"):
        if getattr(endpoint, key):
            yield Finding((key,), "is not possible on a serverless endpoint", "take it out, or use instance")
    for role, model in model_versions(endpoint):
        if model.instance:
            yield Finding((*role, "instance"), "is not possible on a serverless endpoint", "take it out")


def serverless_sizes(serverless: Serverless) -> Iterator[Finding]:
    """Serverless memory comes in whole GB; concurrency is bounded."""
    if serverless.memory not in range(MEMORY_STEP, LARGEST_MEMORY + 1, MEMORY_STEP):
        yield Finding(("memory",), "is no serverless size", "write 1024, 2048, 3072, 4096, 5120 or 6144 (MB)")
    if not 1 <= serverless.concurrency <= MOST_CONCURRENT:
        yield Finding(("concurrency",), "is out of SageMaker's bounds", f"write 1 to {MOST_CONCURRENT}")


def fleet_is_divisible(endpoint: Endpoint) -> Iterator[Finding]:
    """A strategy that moves a part of the fleet needs a fleet that has parts."""
    native, fleet = endpoint.rollout, smallest_fleet(endpoint)
    if not isinstance(native, Native) or native.strategy not in PERCENTS or not fleet:
        return
    if fleet == 1:
        problem = f"is a fleet of one instance, and {native.strategy} moves at most half of it at a time"
        fix = "write 2 or more, or strategy: all_at_once"
        yield Finding(_fleet_key(endpoint), problem, fix, "canary-below-one-instance")
    elif native.size and native.size.instances:
        low, high = PERCENTS[native.strategy]
        if not low * fleet <= native.size.instances * 100 <= high * fleet:
            problem = f"is not {low}% to {high}% of {fleet} instances, as SageMaker wants for {native.strategy}"
            fix = f"write at most {fleet * high // 100}"
            yield Finding(("rollout", "size", "instances"), problem, fix, "canary-below-one-instance")


def rollback_batch_fits(endpoint: Endpoint) -> Iterator[Finding]:
    """A rolling rollback takes at most the whole fleet at a time (SageMaker API reference, RollingUpdatePolicy)."""
    native, fleet = endpoint.rollout, smallest_fleet(endpoint)
    size = native.rollback_size if isinstance(native, Native) else None
    if size and size.instances and fleet and size.instances > fleet:
        problem = f"is more than the fleet's {fleet} instances, and SageMaker refuses it"
        yield Finding(("rollout", "rollback_size", "instances"), problem, f"write at most {fleet}")


def native_waits_fit(endpoint: Endpoint) -> Iterator[Finding]:
    """The waits of all batches fit the timeout, and Terraform's patience."""
    if isinstance(endpoint.rollout, Native):
        largest = max(endpoint.instance.count if endpoint.instance else 1, _maximum(endpoint))
        yield from below(native_time(endpoint.rollout, largest), "rollout")


def smallest_fleet(endpoint: Endpoint) -> int:
    """Tell the least number of instances that the stable variant may have; 0 where it has none."""
    instance = endpoint.instance_for(endpoint.stable)
    if not instance or endpoint.serverless:
        return 0
    return max(1, endpoint.autoscaling.minimum) if endpoint.autoscaling else instance.count


def _fleet_key(endpoint: Endpoint) -> tuple[str, ...]:
    if endpoint.autoscaling:
        return "autoscaling", "minimum"
    return ("stable", "instance", "count") if endpoint.stable.instance else ("instance", "count")


def _maximum(endpoint: Endpoint) -> int:
    return endpoint.autoscaling.maximum if endpoint.autoscaling else 1


def autoscaling_bounds(autoscaling: Autoscaling) -> Iterator[Finding]:
    """The least is no more than the most."""
    if autoscaling.minimum > autoscaling.maximum:
        problem = f"is more than maximum ({autoscaling.maximum})"
        yield Finding(("minimum",), problem, f"write at most {autoscaling.maximum}")


def count_is_in_bounds(endpoint: Endpoint) -> Iterator[Finding]:
    """What a variant starts with is what autoscaling would keep."""
    bounds = endpoint.autoscaling
    if not bounds or bounds.minimum > bounds.maximum or bounds.maximum < 1:
        return
    for at, instance in (
        (("instance",), endpoint.instance),
        (("stable", "instance"), endpoint.stable.instance),
        (("canary", "instance"), endpoint.canary and endpoint.canary.instance),
    ):
        if instance and not bounds.minimum <= instance.count <= bounds.maximum:
            problem = f"is outside autoscaling's {bounds.minimum} to {bounds.maximum}"
            yield Finding((*at, "count"), problem, f"write {bounds.minimum} to {bounds.maximum}")


def traffic_is_some(traffic: Traffic) -> Iterator[Finding]:
    """What nobody asks cannot be reckoned with."""
    if traffic.requests_per_second <= 0:
        fix = "write requests per second, such as 50 or 0.2, or take traffic out"
        yield Finding(("requests_per_second",), "is no traffic", fix)


def sample_is_some(capture: Capture) -> Iterator[Finding]:
    """A capture records something, and no more than everything."""
    if not 1 <= capture.sample <= 100:
        yield Finding(("sample",), "is out of range", "write 1% to 100%, or take capture out")


def captures_are_kept_for_days(capture: Capture) -> Iterator[Finding]:
    """S3 counts the age of what it deletes in days (S3 user guide, "Lifecycle configuration elements")."""
    if capture.keep is not None and (capture.keep % 86_400 or not capture.keep):
        yield Finding(("keep",), "is no number of days", "write whole days, such as 30d, or take keep out")


def ten_contents_of_a_kind(capture: Capture) -> Iterator[Finding]:
    """SageMaker takes ten content types of either kind (API reference, CaptureContentTypeHeader)."""
    for key, given in (("csv", capture.csv), ("json", capture.json)):
        if len(given) > MOST_CONTENTS:
            yield Finding((key,), f"has {len(given)} content types", f"write {MOST_CONTENTS} at most")
        for place in (place for place, each in enumerate(given) if each in given[:place]):
            yield Finding((key, place), "is there already", "take it out")


def break_glass_is_everything(break_glass: BreakGlass) -> Iterator[Finding]:
    """The two weights share all traffic."""
    total = break_glass.stable + break_glass.canary
    if total != FULL:
        problem = f"and canary ({percentage(break_glass.canary)}) make {percentage(total)}"
        yield Finding(("stable",), problem, "write weights that make 100%")


def break_glass_has_its_variants(endpoint: Endpoint) -> Iterator[Finding]:
    """Without a canary there is nothing that could take its weight."""
    if endpoint.break_glass and endpoint.break_glass.canary and not endpoint.canary:
        problem = "is a weight for a canary that the endpoint does not have"
        yield Finding(("break_glass", "canary"), problem, "write 0%, or add the canary")


def shadow_is_captured(endpoint: Endpoint) -> Iterator[Finding]:
    """A shadow is compared by what both models answered, and only captures hold that."""
    if shadow_step(endpoint.rollout) and endpoint.capture is None:
        yield Finding(("capture",), "is missing, and a shadow step compares captured answers", _CAPTURE)


def shadow_is_possible(endpoint: Endpoint) -> Iterator[Finding]:
    """SageMaker shadows on instances only, and cannot scale a shadow (developer guide, "Exclusions")."""
    if not shadow_step(endpoint.rollout):
        return
    at = ("rollout", "steps", 0, "shadow")
    if endpoint.autoscaling:
        problem = "has a canary that is no target for autoscaling yet, and autoscaling wants both variants"
        yield Finding(at, problem, "take autoscaling out for this rollout, or the shadow step")
    for role, model in model_versions(endpoint):
        instance = endpoint.instance_for(model)
        if instance is None:
            yield Finding(
                at, "is impossible without instances", "give the endpoint an instance instead of serverless"
            )
            return
        if instance.type.startswith("ml.inf1."):
            problem = f"is impossible on Inf1 instances ({role}'s {instance.type})"
            yield Finding(at, problem, "write another instance type, such as ml.inf2.xlarge")


def _content(model: ModelVersion) -> tuple[object, ...]:
    return model.image, model.framework, model.model_data, dict(model.environment)
