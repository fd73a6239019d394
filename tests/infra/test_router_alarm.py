"""When the router's alarm goes off, by CloudWatch's own metric math as the sandbox has it."""

import pytest

from infra import router_alarm
from lambdas.rollout import names
from tests.infra.test_alarms import fires


@pytest.mark.parametrize(
    ("requests", "errors", "expected"),
    [
        pytest.param(1000, 50, False, id="5 % is not above it"),
        pytest.param(1000, 51, True, id="more than 5 %"),
        pytest.param(2, 2, False, id="two failures may be anything"),
        pytest.param(3, 3, True, id="three, and nothing else"),
        pytest.param(1000, 0, False, id="none"),
    ],
)
def test_a_share_of_failures_and_three_of_them_at_least(requests: float, errors: float, *, expected: bool) -> None:
    assert fires(router_alarm.build("test", 60), requests=requests, errors=errors) is expected


def test_a_router_that_nobody_asks_does_not_fail() -> None:
    alarm = router_alarm.build("test", 60)
    assert not fires(alarm)
    assert alarm.arguments()["treat_missing_data"] == "notBreaching"


@pytest.mark.parametrize(("period", "expected"), [(10, 10), (60, 60), (300, 60)])
def test_it_looks_at_a_minute_at_the_most(period: int, expected: int) -> None:
    queries = router_alarm.build("test", period).queries
    assert {query["metric"]["period"] for query in queries if "metric" in query} == {expected}


def test_it_takes_no_rollout_back() -> None:
    assert names.watched_by("test", names.router_alarm("test")) is None
