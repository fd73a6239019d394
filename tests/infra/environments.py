"""Hypothesis strategies for environments that keep every rule."""

from dataclasses import replace

from hypothesis import strategies as st

from infra.spec import (
    AgeBound,
    Asynchronous,
    Autoscaling,
    BacklogBound,
    Bound,
    Capture,
    Control,
    Deployment,
    Drill,
    Endpoint,
    Environment,
    ErrorRateBound,
    Instance,
    LatencyBound,
    ModelVersion,
    Native,
    Progressive,
    S3State,
    Size,
    State,
    Strategy,
)
from infra.spec.keys import with_keys
from lambdas.rollout.guardrails import DisparateImpact, OfGroups
from lambdas.rollout.plan import FULL, Budget, Inconclusive, Plan, Progression, Step
from lambdas.rollout.quality.coverage import LEARNED
from lambdas.rollout.quality.schema import Kind, Kpi, Predicted, Schema
from tests.infra.guardrails import guardrails, of_groups

_SHARES = st.integers(1, 99_999).map(lambda millionths: millionths / 100_000)
_CHANCES = st.integers(1, 49_999).map(lambda millionths: millionths / 100_000)
_LABELS = st.from_regex(r"[a-z][a-z0-9.-]{0,10}", fullmatch=True)
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    """Steps that outlast every alarm (580 s at most), at the pace of the clock or of the evidence."""
    weights = [*sorted(draw(st.sets(st.integers(1, FULL - 1), max_size=4))), FULL]
    found = []
    for weight in weights:
        bake = draw(st.integers(600, 7200))
        least = draw(st.integers(600, bake) | (st.none() if bake >= 2400 else st.nothing()))
        found.append(Step(weight, bake, bake + draw(st.integers(0, 86_400)), draw(st.booleans()), least))
    return tuple(found)


def plans() -> st.SearchStrategy[Plan]:
    budgets = st.builds(
        Budget,
        bad_answers_p95=st.none() | st.integers(1, 10**9),
        time_to_rollback_p95=st.none() | st.integers(1, 100_000),
        false_rollback=st.none() | _CHANCES,
        healthy_duration_p95=st.none() | st.integers(1, 100_000),
    )
    return st.builds(
        Plan,
        steps=steps(),
        guardrails=guardrails(),
        false_rollback=_CHANCES,
        false_pass=_CHANCES,
        inconclusive=st.sampled_from(Inconclusive),
        progression=st.sampled_from(Progression),
        budget=st.none() | budgets,
    )


def models(label: str) -> st.SearchStrategy[ModelVersion]:
    return st.builds(
        ModelVersion,
        version=_LABELS.map(lambda rest: f"{label}{rest}"),
        image=st.just(f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/{label}:1"),
        model_data=st.sampled_from(["", "s3://models/m.tar.gz"]),
        environment=st.dictionaries(st.sampled_from(["A", "B_2"]), _TEXT),
        instance=st.none() | st.just(Instance("ml.g5.xlarge", 4)),
    )


@st.composite
def natives(draw: st.DrawFn) -> Native:
    strategy = draw(st.sampled_from(Strategy))
    rolling, at_once = strategy is Strategy.ROLLING, strategy is Strategy.ALL_AT_ONCE
    return Native(
        mode="native",
        strategy=strategy,
        size=None if at_once else draw(st.sampled_from([Size(percent=50), Size(instances=2)])),
        wait=0 if at_once else 600,
        baking=None if rolling else draw(st.integers(600, 700)),
        timeout=draw(st.integers(3600, 14_400)),
        rollback_size=draw(st.none() | st.just(Size(percent=100))) if rolling else None,
        alarms=(ErrorRateBound("error_rate", draw(_SHARES)), LatencyBound("latency", draw(st.integers(1, 60_000)))),
        existing_alarms=draw(st.sampled_from([(), ("cpu", "memory")])),
    )


def captures() -> st.SearchStrategy[Capture]:
    return st.builds(
        Capture,
        st.just("s3://capture/here"),
        st.integers(1, 100),
        st.none() | st.integers(1, 400).map(lambda days: days * 86_400),
        st.sampled_from([(), ("text/csv",)]),
        st.sampled_from([(), ("application/json", "application/vnd.acme")]),
    )


def endpoints(name: str) -> st.SearchStrategy[Endpoint]:
    progressive = st.builds(
        Progressive,
        st.just("progressive"),
        plans(),
        st.builds(Deployment, st.integers(0, 2000), st.integers(2400, 9000)),
    )
    bounds = st.none() | st.builds(Autoscaling, st.just(4), st.integers(4, 6), st.integers(1, 1000))
    build = {
        "name": st.just(name),
        "stable": models("a"),
        "instance": st.just(Instance("ml.m5.large", 4)),
        "autoscaling": bounds,
        "capture": st.none() | captures(),
        "force": st.none() | st.just("INC-4711: stuck"),
    }
    with_canary = st.builds(Endpoint, rollout=progressive, canary=st.none() | models("b"), **build)
    with_canary = st.builds(_allowing, with_canary, st.none() | drills())
    with_canary = st.builds(_judging_groups, with_canary, st.none() | schemas(), of_groups())
    queued = build | {"async_": queues(), "capture": st.none(), "autoscaling": st.none() | scaled_by_queue()}
    watched = st.builds(replace, natives(), alarms=queue_alarms())
    return (
        with_canary | st.builds(Endpoint, rollout=natives(), **build) | st.builds(Endpoint, rollout=watched, **queued)
    )


def schemas() -> st.SearchStrategy[Schema]:
    """Schemas with two columns of groups: the positive label is the favourable one, or one of three classes is."""
    names = st.lists(st.sampled_from(["a", "b-2", "c d", "30+"]), min_size=2, unique=True).map(tuple)
    made = st.builds(
        Schema,
        columns=st.just({"x": Kind.NUMBER, "one": Kind.CATEGORY, "other one": Kind.CATEGORY}),
        predicted=st.builds(Predicted, st.just("label"), st.none() | st.just("p"), st.just("yes"), _SHARES)
        | st.builds(Predicted, st.just("label"), favourable=st.just("b"), classes=st.just(("a", "b", "c"))),
        groups=st.fixed_dictionaries({"one": names, "other one": names}),
        ground_truth=st.none() | st.just("s3://truths/here"),
        window=st.integers(1, 1_209_600),
    )
    return st.builds(_earning, made, st.booleans(), st.booleans())


def _earning(schema: Schema, conversion: bool, revenue: bool) -> Schema:  # noqa: FBT001 - drawn
    """Let truths tell of the business, where there are any."""
    label = ("b" if schema.predicted.classes else "yes") if conversion else None
    return replace(schema, kpi=Kpi(label, revenue)) if schema.ground_truth else schema


def _lacking(predicted: Predicted) -> set[str]:
    """Metrics that such answers have nothing for."""
    if predicted.classes:
        return {*LEARNED} - {"accuracy"}
    return {"absolute_error"} | (set() if predicted.score else {"auc", "log_loss", "brier", "calibration"})


def _judging_groups(endpoint: Endpoint, schema: Schema | None, judged: OfGroups) -> Endpoint:
    """Add a guardrail on one group, or one pair, as it is read from an entry of its own."""
    if schema is None or not isinstance(endpoint.rollout, Progressive):
        return endpoint
    group, other = schema.each_group[:2]
    judged = replace(judged, groups=(group,))
    judged = replace(judged, against=other) if isinstance(judged, DisparateImpact) else judged
    plan = endpoint.rollout.plan
    kept = [each for each in plan.guardrails if each.metric not in _lacking(schema.predicted)]
    rollout = replace(endpoint.rollout, plan=replace(plan, guardrails=(*kept, judged)))
    return replace(endpoint, schema=schema, rollout=rollout)


def drills() -> st.SearchStrategy[Drill]:
    return st.builds(Drill, canary=models("c"), within=st.integers(600, 7200))


def _allowing(endpoint: Endpoint, drill: Drill | None) -> Endpoint:
    """Allow a drill, but where the plan begins with everything, or with somebody's approval."""
    assert isinstance(endpoint.rollout, Progressive)
    first = endpoint.rollout.plan.steps[0]
    return endpoint if first.weight == FULL or first.approval else replace(endpoint, drill=drill)


def queues() -> st.SearchStrategy[Asynchronous]:
    topics = st.none() | st.just("arn:aws:sns:eu-west-1:123456789012:told")
    return st.builds(
        Asynchronous,
        to=st.just("s3://answers/here"),
        from_=st.just("s3://requests"),
        failures=st.none() | st.just("s3://answers/failed"),
        max_concurrent=st.none() | st.integers(1, 1000),
        success_topic=topics,
        error_topic=topics,
        kms_key=st.none() | st.just("arn:aws:kms:eu-west-1:123456789012:key/1234abcd"),
    )


def scaled_by_queue() -> st.SearchStrategy[Autoscaling]:
    return st.builds(Autoscaling, st.just(4), st.integers(4, 6), backlog_per_instance=st.integers(1, 1000))


def queue_alarms() -> st.SearchStrategy[tuple[Bound, ...]]:
    backlog = st.builds(BacklogBound, st.just("backlog"), st.integers(1, 1000))
    age = st.builds(AgeBound, st.just("age"), st.integers(1, 21_599))
    return st.tuples(backlog, age)


def environments() -> st.SearchStrategy[Environment]:
    """Environments as loaded, without frameworks, whose images the load would fill in."""
    return st.builds(
        Environment,
        name=st.sampled_from(["prod", "dev-2"]),
        account=st.from_regex(r"[0-9]{12}", fullmatch=True),
        region=st.just("eu-west-1"),
        kms_key=st.none() | st.just("arn:aws:kms:eu-west-1:123456789012:key/1234abcd"),
        state=st.sampled_from([State(local="out"), State(s3=S3State("states", "a/b")), State(s3=S3State("states"))]),
        tags=st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), _TEXT, max_size=3),
        control=st.builds(Control, metric_delay=st.integers(0, 100), deletion_protection=st.booleans()),
        endpoints=st.tuples(endpoints("one"), endpoints("two")) | st.just(()),
    ).map(with_keys)
