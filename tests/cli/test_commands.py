from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from cli.exits import Exit
from lambdas.rollout.release import BACK, Stage
from lambdas.rollout.state import Phase
from tests.cli import histories
from tests.cli.terminal import WHO, serinus
from tests.examples import live
from tests.fakes import FakeEndpoints, FakeWorld, with_weight

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def baking() -> FakeWorld:
    """A rollout that serves at its first step, with evidence."""
    traffic = histories.Traffic(lambda _: (0.01, 0.02))
    traffic.deploy()
    traffic.run(lambda _: traffic.fakes.time > histories.EPOCH + 300)
    return traffic.fakes


def paused() -> FakeWorld:
    """A rollout whose second and last step awaits approval."""
    steps = (histories.LONG.steps[1], histories.LONG.steps[-1])
    traffic = histories.Traffic(lambda _: (0.01, 0.02))
    traffic.deploy(replace(histories.PAIR, plan=replace(histories.LONG, steps=steps)))
    assert traffic.run().phase is Phase.PAUSED
    return traffic.fakes


def test_status_shows_live_beside_intent_and_the_evidence(baking: FakeWorld) -> None:
    said = serinus(baking.world, "status", "prod")
    assert said.code == Exit.FINE
    for part in ("rollout 1 (2026.11)", "PROGRESSING", "canary 5 %", "intended 5 %", "FAIL", "PASS", "InService"):
        assert part in said.out
    assert "differs" not in said.out


def test_status_as_json_has_its_documented_keys(baking: FakeWorld) -> None:
    (endpoint,) = serinus(baking.world, "status", "prod", "mortgage", "--json").document["endpoints"]
    assert set(endpoint) == {
        "endpoint", "at", "live", "rollout", "difference", "proven", "labels", "verdicts", "last"
    }  # fmt: skip
    assert endpoint["live"]["canary_weight"] == endpoint["rollout"]["weight"] == 500
    assert endpoint["difference"] is None
    assert [step["weight"] for step in endpoint["rollout"]["steps"]] == [500, 2_000, 5_000, 10_000]
    assert endpoint["verdicts"][0]["canary"]["total"] > 0
    assert endpoint["proven"] == ["2026.10"]


def test_status_says_when_live_is_not_what_is_intended(baking: FakeWorld) -> None:
    baking.endpoints.lives["mortgage"] = with_weight(baking.endpoints.lives["mortgage"], 9_000)
    said = serinus(baking.world, "status", "prod", "--json").document["endpoints"][0]["difference"]
    assert said == "the ledger intends 5 % and SageMaker serves 90 %; the workflow's next look puts it right"
    assert "differs" in serinus(baking.world, "status", "prod").out


@pytest.mark.parametrize("second_way", [True, False])
def test_status_says_what_ends_a_mix_of_configurations(baking: FakeWorld, second_way: bool) -> None:  # noqa: FBT001
    mix = replace(baking.endpoints.lives["mortgage"], status="UpdateRollbackFailed", failure="No capacity.")
    baking.endpoints.lives["mortgage"] = mix
    state = baking.ledger.load("mortgage")
    assert state.rollout
    stages = (Stage(BACK, "cccc3333", "mortgage-back"),) if second_way else ()
    rollout = replace(state.rollout, release=replace(state.rollout.release, stages=stages))
    baking.ledger.states["mortgage"] = replace(state, rollout=rollout)
    said = serinus(baking.world, "status", "prod", "--json").document["endpoints"][0]["difference"]
    assert "serves some of both: No capacity. " in said
    ends = "goes back by a configuration of its own" if second_way else "Only another deploy ends that"
    assert ends in said


def test_status_tells_another_deployment_from_the_rollouts_own(baking: FakeWorld) -> None:
    other = replace(histories.PAIR, pair="dddd4444")
    baking.endpoints.lives["mortgage"] = live(other)
    assert "not rollout 1 (2026.11)'s deployment" in serinus(baking.world, "status", "prod").out


def test_status_says_that_a_change_is_under_way(baking: FakeWorld) -> None:
    baking.endpoints.lives["mortgage"] = live(histories.PAIR, weight=0, desired=500, status="Updating")
    assert "a change is under way (Updating)" in serinus(baking.world, "status", "prod").out


def test_status_of_nothing_is_nothing_to_show() -> None:
    said = serinus(FakeWorld().world, "status", "prod", "--json")
    assert said.code == Exit.NOTHING
    assert said.document["error"]["fix"] == "run `cdktf deploy 'prod-*'`"


def test_status_shows_every_endpoint_where_none_is_named(baking: FakeWorld) -> None:
    said = serinus(baking.world, "status", "prod", "--json", endpoints=("mortgage", "fraud"))
    assert [e["endpoint"] for e in said.document["endpoints"]] == ["mortgage", "fraud"]


@pytest.mark.parametrize(("given", "code"), [((), Exit.USAGE), (("loans",), Exit.USAGE), (("mortgage",), Exit.FINE)])
def test_an_endpoint_is_named_where_there_are_several(
    baking: FakeWorld, given: tuple[str, ...], code: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    said = serinus(baking.world, "history", "prod", *given, endpoints=("mortgage", "fraud"))
    assert said.code == code
    assert ("mortgage, fraud" in capsys.readouterr().err) == (code != Exit.FINE)


def test_history_shows_decisions_and_all_of_it_on_demand(baking: FakeWorld) -> None:
    short, long = (serinus(baking.world, "history", "prod", *more).out for more in ((), ("--all",)))
    assert "ADVANCE" in short
    assert "HOLD" not in short
    assert long.count("HOLD") == sum(entry.kind == "HOLD" for entry in baking.ledger.entries)


def test_history_as_json_is_complete(baking: FakeWorld) -> None:
    document = serinus(baking.world, "history", "prod", "--json").document
    assert len(document["entries"]) == len(baking.ledger.entries)
    assert document["entries"][0]["kind"] == "BEGIN"
    assert document["entries"][0]["at"] == "2026-11-21T09:40:00Z"


def test_history_of_an_unknown_rollout_is_refused(baking: FakeWorld) -> None:
    assert serinus(baking.world, "history", "prod", "--rollout", "9").code == Exit.NOTHING


def test_a_pause_is_recorded_with_who_and_why(baking: FakeWorld) -> None:
    said = serinus(baking.world, "pause", "prod", "--reason", "INC-4711", "--json")
    entry = baking.ledger.entries[-1]
    assert (entry.kind, entry.cause) == ("PAUSE", f"operator {WHO}")
    assert entry.reason == "paused by an operator: INC-4711"
    assert said.document["entry"]["phase"] == "PAUSED"
    assert said.code == Exit.FINE


def test_resume_and_promote_give_the_approval_that_is_awaited() -> None:
    for command in ("resume", "promote"):
        fakes = paused()
        assert serinus(fakes.world, command, "prod").code == Exit.FINE
        assert fakes.endpoints.lives["mortgage"].canary_weight == 10_000


def test_abort_takes_traffic_off_the_canary_at_once(baking: FakeWorld) -> None:
    said = serinus(baking.world, "abort", "prod", "--reason", "customers complain", "--json")
    assert said.document["entry"]["reason"] == "customers complain"
    assert said.document["entry"]["cause"] == f"operator {WHO}"
    assert baking.endpoints.lives["mortgage"].canary_weight == 0


@pytest.mark.parametrize("command", ["pause", "resume", "promote", "abort"])
def test_a_wish_without_a_rollout_is_not_possible(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert serinus(FakeWorld().world, command, "prod").code == Exit.NOTHING
    assert "no rollout is in progress on mortgage" in capsys.readouterr().err


def test_a_wish_that_does_not_fit_says_what_would(baking: FakeWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert serinus(baking.world, "promote", "prod").code == Exit.NOTHING
    assert "awaits no approval" in capsys.readouterr().err


def test_another_abort_starts_another_workflow_for_the_one_before_may_have_failed(baking: FakeWorld) -> None:
    serinus(baking.world, "abort", "prod")
    names = set(baking.workflow.started)
    said = serinus(baking.world, "abort", "prod", "--reason", "nothing moves", "--json")

    assert said.document["entry"]["reason"] == "asked for again: nothing moves"
    assert len(set(baking.workflow.started) - names) == 1
    assert baking.endpoints.lives["mortgage"].canary_weight == 0


def test_a_busy_endpoint_is_no_failure_because_the_wish_is_in_the_ledger() -> None:
    fakes = paused()
    fakes.endpoints.busy = True
    said = serinus(fakes.world, "promote", "prod", "--json")
    assert said.code == Exit.FINE
    assert said.document["entry"]["weight"] == 10_000
    assert "still applying an earlier change" in said.document["note"]


def test_report_writes_page_and_picture_and_says_where(baking: FakeWorld, tmp_path: Path) -> None:
    out = tmp_path / "pages"
    said = serinus(baking.world, "report", "prod", "--svg", "--out", str(out), "--json")
    assert said.document["report"] == str(out / "prod-mortgage-1.html")
    assert (out / "prod-mortgage-1.html").read_text().startswith("<!doctype html>")
    assert (out / "prod-mortgage-1.svg").read_text().startswith("<svg")


def test_report_does_without_cloudwatch(tmp_path: Path) -> None:
    fakes = histories.subtle().fakes

    def refused(*_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetMetricData")

    fakes.metrics.read = refused  # type: ignore[assignment, method-assign]  # AWS refuses this one call
    assert serinus(fakes.world, "report", "prod", "--out", str(tmp_path)).code == Exit.FINE
    assert "from the ledger" in (tmp_path / "prod-mortgage-1.html").read_text()


def test_a_folder_that_cannot_be_written_is_bad_input(baking: FakeWorld, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert serinus(baking.world, "report", "prod", "--out", str(tmp_path / "file")).code == Exit.USAGE


class Refusing(FakeEndpoints):
    """SageMaker as the caller's role sees it."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def live(self, endpoint: str) -> None:
        del endpoint
        raise self.error


@pytest.mark.parametrize(
    ("error", "sentence", "fix"),
    [
        (NoCredentialsError(), "Unable to locate credentials", "AWS_PROFILE"),
        (
            ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not allowed"}}, "DescribeEndpoint"),
            "not allowed",
            "docs/cli.md",
        ),
        (
            ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "not found"}}, "GetItem"),
            "not found",
            "was `cdktf deploy prod-control` run?",
        ),
        (
            ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "expired"}}, "GetItem"),
            "expired",
            "sign in again",
        ),
    ],
)
def test_what_aws_refuses_is_told_in_its_words_with_a_fix(error: Exception, sentence: str, fix: str) -> None:
    said = serinus(replace(FakeWorld().world, endpoints=Refusing(error)), "status", "prod", "--json")
    assert said.code == Exit.AWS
    assert sentence in said.document["error"]["sentence"]
    assert fix in said.document["error"]["fix"]
