"""docs/cost.md says what is counted."""

from __future__ import annotations

from benchmarks.cost import picture
from benchmarks.cost.bill import bill
from benchmarks.cost.run import Priced, priced, stale, written
from benchmarks.load.run import Load, run
from benchmarks.load.watch import Nature


def test_the_page_and_its_picture_are_what_a_run_says() -> None:
    assert stale(written(priced())) == []


def test_a_bill_that_differs_makes_the_page_stale() -> None:
    report = run(Load({Nature.HEALTHY: 1}, until=3_600))
    other = Priced("Another", report, bill(report, report.lasted / 3_600))
    assert len(stale(written([other]))) == 2
    assert all(item.usd > 0 for item in other.bill)
    assert picture.draw([other]).count("<rect") == 1 + len(other.bill)


def test_twice_the_rollouts_cost_twice_as_much() -> None:
    one, two = (run(Load({Nature.HEALTHY: count}, within=300, until=3_600)) for count in (1, 2))
    usd = [{item.what: item.usd for item in bill(each, 0.2)} for each in (one, two)]
    for what in ("Step Functions", "CloudWatch GetMetricData", "DynamoDB", "Lambda"):
        assert 1.8 < usd[1][what] / usd[0][what] < 2.2, what
