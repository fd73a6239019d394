"""Recordings, in every form that they come in."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from simulation.course import Course
from simulation.outcome import End
from simulation.recorded import UnreadableError, read
from simulation.run import run
from simulation.scenarios import scenario
from simulation.traffic import Moment, Recording, recorded
from tests.simulation.cases import case

FOLDER = Path(__file__).parent / "recorded"
DAY = FOLDER / "day.csv"


def table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_table_is_the_same_in_csv_and_parquet(tmp_path: Path) -> None:
    parquet = tmp_path / "day.parquet"
    duckdb.read_csv(str(DAY)).write_parquet(str(parquet))
    assert read(parquet, 1.0, 2.0) == read(DAY, 1.0, 2.0)


def test_a_table_tells_rates_and_latencies() -> None:
    found = read(DAY, 1.0, 2.0)
    assert (found.every, len(found.moments), found.error_times) == (900.0, 96, 1.0)
    assert found.moments[0] == Moment(10_206 / 900, 41 / 10_206, 91.0, 503.0)
    assert found.moments[48].error_rate == pytest.approx(0.03, rel=0.01)


def test_cloudwatch_answers_in_series_and_microseconds() -> None:
    found = read(FOLDER / "cloudwatch.json", 1.0, 2.0)
    assert found.every == 60.0
    assert found.moments[0] == Moment(20.0, 0.0, 81.0, 412.0)
    assert found.moments[1] == Moment(21.0, 6 / 1260, 81.0, 412.0)


def test_seconds_do_as_times_and_latency_may_be_given(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "at,requests,errors", "1800000060,60,6", "1800000000,120,0")
    assert read(path, 70.0, 300.0).moments == (Moment(2.0, 0.0, 70.0, 300.0), Moment(1.0, 0.1, 70.0, 300.0))


def test_a_recorded_canary_fails_as_it_did_then(tmp_path: Path) -> None:
    rows = [
        f"{minute * 60},{n},{bad},{name}"
        for minute in (0, 1)
        for name, n, bad in (("stable", 900, 9), ("canary", 100, 3))
    ]
    found = read(table(tmp_path / "t.csv", "at,requests,errors,variant", *rows), 80.0, 400.0)
    assert found.error_times == pytest.approx(3.0)
    assert found.moments[0].requests_per_second == pytest.approx(1_000 / 60)
    now = Course(recorded(found), scenario("healthy"), 0.0, 0.0).at(0.0)
    assert (now.stable.error_rate, now.canary.error_rate) == pytest.approx((0.01, 0.03))


def test_a_recording_begins_again_at_its_end() -> None:
    traffic = recorded(Recording(60.0, (Moment(1.0, 0.0, 80.0, 400.0), Moment(3.0, 0.1, 80.0, 400.0))))
    assert [traffic.at(second).requests_per_second for second in (0.0, 59.0, 60.0, 120.0, 190.0)] == [1, 1, 3, 1, 3]
    assert (traffic.requests_per_second, traffic.length) == (2.0, 120.0)
    assert traffic.error_rate == pytest.approx(0.075)


def test_rollouts_run_on_a_recorded_day() -> None:
    traffic = recorded(read(DAY, 80.0, 400.0))
    good, bad = (run(case(name, traffic=traffic), 10) for name in ("healthy", "failing"))
    assert good.count(End.ROLLED_BACK) <= 1
    assert bad.count(End.ROLLED_BACK) == 10


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (["at,requests", "0,1", "60,1"], "lacks 'errors'"),
        (["at,requests,errors", "0,1,2", "60,1,0"], "2 errors of 1 requests"),
        (["at,requests,errors", "0,1,0"], "at two times"),
        (["at,requests,errors", "0,1,0", "0,1,0"], "each given once"),
        (["at,requests,errors", "0,0,0", "60,0,0"], "requests of stable"),
        (["at,requests,errors,variant", "0,9,0,blue", "60,9,0,green"], "variants are stable and canary"),
        (["at,requests,errors", "noon,1,0", "later,1,0"], "could not convert"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_reason(tmp_path: Path, rows: list[str], why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read(table(tmp_path / "t.csv", *rows), 80.0, 400.0)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="No such file"):
        read(tmp_path / "nothing.parquet", 80.0, 400.0)
