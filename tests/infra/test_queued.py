"""What an asynchronous endpoint is made of: its alarms by CloudWatch's own metric math, and its role (no jsii)."""

from dataclasses import replace

import pytest

from infra import execution
from infra.alarms import MetricAlarm, fleet_alarm_names, fleet_alarms
from infra.checks.alarms.published import INVOCATIONS, METRICS
from infra.content import shape
from infra.place import Place
from infra.spec import AgeBound, Asynchronous, BacklogBound, Endpoint, ErrorRateBound, LatencyBound, Native, Strategy
from lambdas.rollout.guardrails import Alarm
from tests.infra.test_alarms import compute, fires
from tests.stacks.specs import ENDPOINT

QUEUE = Asynchronous(to="s3://answers/out/", from_="s3://requests/new", failures="s3://failed")
BOUNDS = (
    ErrorRateBound("error_rate", 0.05, Alarm(min_requests=20)),
    LatencyBound("latency", above=800, percentile=99),
    BacklogBound("backlog", above=10),
    AgeBound("age", above=600),
)
QUEUED = replace(ENDPOINT, async_=QUEUE, rollout=Native("native", Strategy.ALL_AT_ONCE, alarms=BOUNDS))
QUIET = {"stable_e0": 0.0, "stable_e1": 0.0, "stable_all_e0": 0.0, "stable_all_e1": 0.0}


def alarms() -> dict[str, MetricAlarm]:
    made = fleet_alarms("test", QUEUED, 60, ["a-config"])
    return {alarm.name.removeprefix("serinus.test.mortgage.stable."): alarm for alarm in made}


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        pytest.param({"stable_n": 100.0}, False, id="all is well"),
        pytest.param({"stable_n": 100.0, "stable_e1": 6.0, "stable_all_e1": 6.0}, True, id="6 % answer with 5xx"),
        pytest.param(
            {"stable_n": 100.0, "stable_e1": 6.0, "stable_all_e1": 6.0, "stable_all_failures": 6.0},
            True,
            id="6 %, which are failures as well",
        ),
        pytest.param(
            {"stable_n": 100.0, "stable_e0": 3.0, "stable_all_e0": 3.0, "stable_all_failures": 3.0},
            False,
            id="3 % answer with 4xx, and are counted once",
        ),
        pytest.param({"stable_n": 100.0, "stable_all_failures": 6.0}, True, id="6 % get no answer"),
        pytest.param(
            {"stable_n": 100.0, "stable_all_e1": 60.0, "stable_all_failures": 60.0},
            False,
            id="the old fleet's answers",
        ),
        pytest.param({"stable_n": 10.0, "stable_all_failures": 6.0}, False, id="too few requests to speak"),
    ],
)
def test_the_new_fleets_failures_are_told_from_the_old_ones(points: dict[str, float], *, expected: bool) -> None:
    assert fires(alarms()["error_rate"], **(QUIET | points)) is expected


def test_a_model_that_never_answers_is_found_out_by_the_failures_alone() -> None:
    assert fires(alarms()["error_rate"], **QUIET, stable_n=20.0, stable_all_failures=20.0)


def test_failures_before_the_new_fleet_has_a_request_are_not_its_own() -> None:
    assert not fires(alarms()["error_rate"], stable_all_failures=20.0)
    assert not fires(alarms()["error_rate"], stable_all_failures=20.0, stable_all_e1=5.0)
    assert not fires(alarms()["error_rate"])


def test_a_fleet_has_no_more_failures_than_requests() -> None:
    queries = alarms()["error_rate"].queries
    assert compute(queries, {**QUIET, "stable_n": 20.0, "stable_e1": 5.0, "stable_all_failures": 900.0}) == 1


def test_latency_is_over_the_requests_that_were_answered() -> None:
    alarm = alarms()["latency_p99"]
    assert fires(alarm, stable_n=100.0, stable_latency=801_000.0)
    assert not fires(alarm, stable_n=1.0, stable_latency=801_000.0)


def test_the_queue_is_the_endpoints_whichever_fleet_works_it_off() -> None:
    for name, limit in (("backlog", 10.0), ("age", 600.0)):
        alarm = alarms()[name]
        assert fires(alarm, queue=limit + 1)
        assert not fires(alarm, queue=limit)
        (query,) = alarm.queries
        assert query["metric"]["dimensions"] == {"EndpointName": "mortgage"}
        assert "requests per instance" in alarm.description or "waited" in alarm.description


def test_every_metric_that_is_read_is_published_under_these_dimensions() -> None:
    for alarm in alarms().values():
        for query in alarm.queries:
            if "metric" in query:
                published = METRICS[INVOCATIONS][query["metric"]["metric_name"]]
                assert frozenset(query["metric"]["dimensions"]) in published.dimensions


def test_each_bound_has_an_alarm_of_its_own() -> None:
    assert [name.rpartition("stable.")[2] for name in fleet_alarm_names("test", QUEUED)] == list(alarms())


def test_a_change_of_the_queue_is_another_configuration() -> None:
    other = replace(QUEUED, async_=replace(QUEUE, max_concurrent=2))
    assert len({shape(QUEUED), shape(other), shape(replace(QUEUED, async_=None))}) == 3
    elsewhere = replace(QUEUED, async_=replace(QUEUE, from_="s3://elsewhere"))
    assert shape(elsewhere) == shape(QUEUED), "what the role may read is no part of the configuration"


def test_the_role_reads_requests_writes_answers_tells_topics_and_nothing_more() -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:failed"
    key = "arn:aws:kms:eu-west-1:123456789012:key/1234"
    told = replace(QUEUED, async_=replace(QUEUE, error_topic=topic, kms_key=key))
    place = Place("test", "123456789012", "eu-west-1")

    def grants(endpoint: Endpoint) -> set[tuple[str, str]]:
        statements = execution.policy(place, endpoint)["Statement"]
        return {
            (action, resource) for each in statements for action in each["Action"] for resource in each["Resource"]
        }

    assert grants(told) - grants(replace(told, async_=None)) == {
        ("s3:GetObject", "arn:aws:s3:::requests/new/*"),
        ("s3:ListBucket", "arn:aws:s3:::requests"),
        ("s3:PutObject", "arn:aws:s3:::answers/out/*"),
        ("s3:AbortMultipartUpload", "arn:aws:s3:::answers/out/*"),
        ("s3:PutObject", "arn:aws:s3:::failed/*"),
        ("s3:AbortMultipartUpload", "arn:aws:s3:::failed/*"),
        ("sns:Publish", topic),
        ("kms:GenerateDataKey", key),
        ("kms:Decrypt", key),
    }
