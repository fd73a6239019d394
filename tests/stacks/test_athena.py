"""Analysis by Athena: deployed for real, asked like copies on this machine, and nothing left behind."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from cli.exits import Exit, RefusedError
from cli.main import main
from cli.quality.athena.reading import Athena, Wanted, reading
from infra.spec import Analysis
from tests.infra.written import write
from tests.stacks.athena import CREDIT, EXPENSIVE, HOURS, INTERVAL, PLACE, SCHEMA, SERVING, World, deployed
from tests.stacks.specs import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from infra.spec import Endpoint

pytestmark = pytest.mark.terraform

EXACT = 1e-9
BETWEEN_VALUES = 0.05
"""Athena's quantiles are approximate, and PSI and distances are counted in bins between them."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with deployed(tmp_path_factory.mktemp("athena")) as made, pytest.MonkeyPatch.context() as patch:
        for name, value in made.stage.running.env.items():
            if name != "AWS_PROFILE":  # boto3's default session, which the stage uses, knows another file of profiles
                patch.setenv(name, value)
        patch.setenv("SERINUS_ENVIRONMENTS", str(made.environments))
        yield made


def _answers(capsys: pytest.CaptureFixture[str], *argv: str) -> Any:
    code = main(["quality", "test", "credit", "--json", *argv])
    said = capsys.readouterr()
    assert code == Exit.FINE, said.out + said.err
    return json.loads(said.out)


def _alike(found: Any, expected: Any, at: str = "") -> None:
    """Hold two documents to be the same, but for what lies between the values of a quantile."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), at
        for key, value in expected.items():
            _alike(found[key], value, f"{at}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), (at, found, expected)
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            _alike(one, other, f"{at}.{i}")
    elif isinstance(expected, float):
        near = BETWEEN_VALUES if at.rpartition(".")[2] in {"psi", "distance"} else EXACT
        assert found == pytest.approx(expected, rel=near, abs=near), at
    else:
        assert found == expected, at


def test_after_the_deploy_there_is_nothing_left_to_do(world: World) -> None:
    plan = world.stage.terraform.plan(SERVING)
    assert plan.code == 0, plan.text


def test_captures_are_kept_for_as_long_as_the_file_says(world: World) -> None:
    (rule,) = world.stage.client("s3").get_bucket_lifecycle_configuration(Bucket="captures")["Rules"]
    assert (rule["Filter"]["Prefix"], rule["Expiration"]["Days"]) == ("here/credit/", 30)
    assert (rule["Status"], rule["NoncurrentVersionExpiration"]["NoncurrentDays"]) == ("Enabled", 1)


def test_athena_has_the_tables_that_the_lake_describes_in_a_workgroup_of_the_endpoints(world: World) -> None:
    assert PLACE
    for name, table in PLACE.tables.items():
        found = world.stage.client("glue").get_table(DatabaseName=PLACE.database, Name=name)["Table"]
        assert found["Parameters"] == table.properties
        assert found["StorageDescriptor"]["Location"] == table.location
    group = world.stage.client("athena").get_work_group(WorkGroup=PLACE.workgroup)["WorkGroup"]["Configuration"]
    assert group["EnforceWorkGroupConfiguration"]
    assert group["BytesScannedCutoffPerQuery"] == PLACE.limit
    assert group["ResultConfiguration"]["OutputLocation"] == PLACE.results
    assert group["ResultConfiguration"]["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}


def test_athena_answers_as_copies_on_this_machine_do(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    copies = ("--captures", str(world.copies / "captures"), "--truths", str(world.copies / "truths"))
    _answers(capsys, *HOURS, *copies, "--write-baseline", str(tmp_path))
    baseline = ("--baseline", str(tmp_path / "statistics.json"))
    expected, found = _answers(capsys, *HOURS, *copies, *baseline), _answers(capsys, *HOURS, *baseline)
    assert expected.pop("scanned") is None
    scanned = found.pop("scanned")
    _alike(found, expected)
    assert [each["variant"] for each in found["coverage"]] == ["canary", "challenger-0", "stable"]
    assert found["verdict"]
    first, *others = world.queries()
    assert first["Statistics"]["DataScannedInBytes"] == found["bytes"]
    assert first["Query"].startswith("CREATE TABLE")
    assert scanned == sum(each["Statistics"]["DataScannedInBytes"] for each in [first, *others])
    assert world.nothing_left()


def test_a_baseline_that_athena_wrote_is_like_one_of_copies(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    copies = ("--captures", str(world.copies / "captures"))
    _answers(capsys, *HOURS, *copies, "--write-baseline", str(tmp_path / "copies"))
    _answers(capsys, *HOURS, "--write-baseline", str(tmp_path / "athena"))
    one, other = (json.loads((tmp_path / each / "constraints.json").read_text()) for each in ("copies", "athena"))
    assert one == other
    one, other = (json.loads((tmp_path / each / "statistics.json").read_text()) for each in ("copies", "athena"))
    for copied, asked in zip(one["features"], other["features"], strict=True):
        for each in (copied, asked):  # made of quantiles
            each.get("numerical_statistics", {}).pop("distribution", None)
        _alike(asked, copied)


def test_what_will_be_read_is_said_before_and_what_was_read_after(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quality", "test", "credit", *HOURS]) == Exit.FINE
    assert world.nothing_left()
    said = capsys.readouterr()
    assert said.err.startswith("7 files, ")
    assert "Athena reads them once\nread " in said.err
    assert "; Athena scanned " in said.out


def _refused(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = main(["quality", "test", *argv])
    return code, capsys.readouterr().err


def test_hours_without_captures_are_refused_before_anything_runs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(world.queries())
    code, said = _refused(capsys, "credit", "--since", "2026-11-22T00:00:00Z", "--until", "2026-11-22T01:00:00Z")
    assert code == Exit.NOTHING
    assert "s3://captures/here/credit/ has no captures in these hours" in said
    assert len(world.queries()) == before


@contextmanager
def _file(world: World, *endpoints: Endpoint) -> Iterator[None]:
    """Write another environment file for a while; nothing is deployed."""
    write(environment(*endpoints), world.environments)
    try:
        yield
    finally:
        write(environment(CREDIT), world.environments)


def test_more_than_a_query_may_read_is_refused_before_anything_runs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(world.queries())
    with _file(world, replace(CREDIT, analysis=Analysis("athena", limit=11 * 10**6))):
        code, said = _refused(capsys, "credit", *EXPENSIVE)
    assert code == Exit.USAGE
    assert "and a query may read 11MB: nothing was read" in said
    assert len(world.queries()) == before


def test_a_query_that_athena_stops_at_the_limit_is_told_and_leaves_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    athena = world.stage.client("athena")
    least = {"BytesScannedCutoffPerQuery": 10 * 2**20}
    athena.update_work_group(WorkGroup="serinus-test-credit", ConfigurationUpdates=least)
    try:
        code, said = _refused(capsys, "credit", *EXPENSIVE)
    finally:
        plain = {"BytesScannedCutoffPerQuery": 10**11}
        athena.update_work_group(WorkGroup="serinus-test-credit", ConfigurationUpdates=plain)
    assert code == Exit.AWS
    assert "Athena stopped the query: it reads more than workgroup serinus-test-credit lets a query read" in said
    assert "raise `limit`" in said
    assert world.nothing_left()


def test_an_endpoint_that_is_not_deployed_yet_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    line = json.dumps({"captureData": {}})
    world.stage.client("s3").put_object(Bucket="captures", Key="here/new/stable/2026/11/21/09/a.jsonl", Body=line)
    with _file(world, replace(CREDIT, name="new")):
        code, said = _refused(capsys, "new", *HOURS)
    assert code == Exit.AWS
    assert "WorkGroup serinus-test-new is not found" in said
    assert "fix: deploy the environment's serving stack first" in said


@contextmanager
def _reading(world: World) -> Iterator[Athena]:
    assert PLACE
    wanted = Wanted("credit", PLACE, SCHEMA, INTERVAL)
    with reading(world.clients, wanted, Console(file=StringIO())) as (athena, _):
        assert not world.nothing_left()
        yield athena


def test_after_a_question_that_fails_nothing_is_left(world: World) -> None:
    with pytest.raises(RefusedError, match="Athena did not answer"), _reading(world) as athena:
        athena.ask("SELECT nonsense FROM rows")
    assert world.nothing_left()


def test_a_question_longer_than_athena_takes_is_refused_and_nothing_is_left(world: World) -> None:
    with pytest.raises(RefusedError, match="longer than the 262,144"), _reading(world) as athena:
        athena.ask(f"SELECT '{'x' * 262_144}' AS long FROM rows")
    assert world.nothing_left()


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_whatever_happens_between_questions_nothing_is_left(world: World, failure: type[BaseException]) -> None:
    with pytest.raises(failure), _reading(world):
        raise failure
    assert world.nothing_left()


def test_flags_for_copies_are_refused_without_copies(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    del world
    code, said = _refused(capsys, "credit", *HOURS, "--memory", "1GB")
    assert code == Exit.USAGE
    assert "--memory is for copies on this machine" in said


def test_without_analysis_copies_must_be_named(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with _file(world, replace(CREDIT, analysis=None)):
        code, said = _refused(capsys, "credit", *HOURS)
    assert code == Exit.USAGE
    assert "credit in test has no analysis" in said


def test_analysis_goes_with_its_endpoint_and_captures_stay(world: World) -> None:
    world.stage.terraform.destroyed(SERVING)
    assert not world.stage.client("glue").get_databases()["DatabaseList"]
    groups = world.stage.client("athena").list_work_groups()["WorkGroups"]
    assert [each["Name"] for each in groups] == ["primary"]
    assert "here/credit/stable/2026/11/21/09/a.jsonl" in world.objects()
