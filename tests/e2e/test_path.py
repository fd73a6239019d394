"""The whole path of ``environments/path.yaml``: shadow, staff, a segment, an A/B test, everybody. By real Terraform.

People come back through the router, each under their own key, and report what they bought. Whom the canary has
answered is shown a new form, which differs for staff and for beta users, and sends it in: no stable user does, so a
shadow gets no copy of it.

Each bad model is one that only one stage can see. v9's training labels were swapped: it answers quickly and without
errors, and only the shadow sees it. v5 never learned from staff's new form, v6 never from beta's: they fail on these
alone. v4 answers as well as the good one, but nobody buys: only the A/B test sees that. v7 remembers whom it has
answered, and has room for not quite two thirds of all people: only when everybody comes is it too small.
"""

import io
import json
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import boto3
import pytest
from rich.console import Console

from cli.exits import Exit
from cli.main import main as serinus
from demo.data import applicants, split
from demo.deploy import deploy
from demo.edit import Document, add_canary, edit, make_stable, set_value
from demo.follow import follow
from demo.people import People
from demo.scene import Scene, scene
from infra.spec import load
from lambdas.adapters.dynamodb import DynamoDBLedger
from lambdas.rollout.judge.verdict import Outcome
from lambdas.rollout.names import ledger_table
from lambdas.rollout.plan import DISAGREEMENT
from lambdas.rollout.state import Kind, Phase, Rollout
from tests.e2e.path.models import NEW_FORM, SERVER, candidates
from tests.stacks.terraform import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.tour, pytest.mark.timeout(1800)]

ENVIRONMENT, NAME = "path", "mortgage"
SHADOW, STAFFS, BETAS, TEST, EVERYBODY = range(5)
"""The steps."""
STAFF, BETA = range(900), range(900, 1_600)
"""Of 3,000 people. The split of an experiment is one of people: a few who come often do not fall into two halves."""


class Stage:
    """The scene with what the tests look at."""

    def __init__(self, here: Scene, people: People) -> None:
        self.here, self.people = here, people
        self.terraform = Terraform(here.home, here.workshop.env)
        self.ledger = DynamoDBLedger(boto3.Session().client("dynamodb"), ledger_table(ENVIRONMENT))
        self.sagemaker: Any = boto3.Session().client("sagemaker")

    def rollout(self) -> Rollout:
        """Deploy what the file says now, and follow the rollout to its end."""
        self.terraform.synth(load(self.here.file))
        self.terraform.applied(f"{ENVIRONMENT}-serving")
        return follow(ENVIRONMENT, NAME, Console(file=io.StringIO()), patience=900)

    def told(self, rollout: Rollout) -> list[str]:
        history = self.ledger.history(NAME, rollout.number)
        return [f"{entry.kind} {entry.reason}" for entry in history if entry.kind is not Kind.HOLD]

    def weights(self) -> list[float]:
        described = self.sagemaker.describe_endpoint(EndpointName=NAME)
        return [variant["CurrentWeight"] for variant in described["ProductionVariants"]]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = split(applicants())
    home = tmp_path_factory.mktemp("path") / "home"
    with scene(home, SERVER, ENVIRONMENT) as here:
        here.publish(candidates(data))
        deploy(here.workshop, f"{ENVIRONMENT}-*", home / "deploy.log")
        known = {key: {"email": "ann@example.com"} for key in STAFF} | {key: {"tier": "beta"} for key in BETA}
        forms = dict.fromkeys(STAFF, NEW_FORM["staff"]) | dict.fromkeys(BETA, NEW_FORM["beta"])
        with People(ENVIRONMENT, NAME, data.held_out, attributes=known, forms=forms) as people:
            yield Stage(here, people)


def _without_canary(document: Document) -> None:
    document["endpoints"][NAME].pop("canary", None)


def _patiently(document: Document) -> None:
    """Let the last step last until everybody has been there, be the machine as busy as it may."""
    document["endpoints"][NAME]["rollout"]["steps"][EVERYBODY]["bake"] = "12m"


def _turns(variants: list[str]) -> list[str]:
    return [variant for variant, _ in groupby(variants)]


def test_a_deploy_leaves_nothing_to_do(stage: Stage) -> None:
    assert stage.terraform.plan(f"{ENVIRONMENT}-control").code == 0
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_a_canary_that_answers_wrongly_is_taken_back_before_anybody_has_met_it(stage: Stage) -> None:
    edit(stage.here.file, add_canary(NAME, "v9"))
    rollout = stage.rollout()
    back = next(e for e in stage.ledger.history(NAME, rollout.number) if e.kind is Kind.ROLL_BACK)

    assert (rollout.phase, back.step) == (Phase.ROLLED_BACK, SHADOW), stage.told(rollout)
    assert {v.guardrail: v.outcome for v in back.verdicts}[DISAGREEMENT] is Outcome.FAIL
    assert {variant for seen in stage.people.seen.values() for variant in seen} == {"stable"}
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


@pytest.mark.parametrize(("version", "step", "whom"), [("v5", STAFFS, STAFF), ("v6", BETAS, BETA)])
def test_a_canary_that_fails_on_what_few_send_is_taken_back_where_it_meets_them(
    stage: Stage, version: str, step: int, whom: range
) -> None:
    before = len(stage.people.failed)
    edit(stage.here.file, _without_canary, add_canary(NAME, version))
    rollout = stage.rollout()
    told = stage.told(rollout)
    back = next(e for e in stage.ledger.history(NAME, rollout.number) if e.kind is Kind.ROLL_BACK)
    hurt = stage.people.failed[before:]

    assert (rollout.phase, back.step) == (Phase.ROLLED_BACK, step), told
    assert hurt, told
    assert {model for _, model, _ in hurt} == {version}, hurt
    assert {person for person, _, _ in hurt} <= set(whom), hurt
    assert stage.weights() == [10_000, 0]
    _eventually_stable(stage)
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_a_saboteur_behind_the_router_is_found_where_it_meets_people_and_put_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stable = load(stage.here.file).endpoints[0].stable
    bad = {"version": "saboteur", "image": stable.image, "model_data": stable.model_data.replace("v1", "v5")}
    drill = set_value("endpoints", NAME, "drill", to={"canary": bad, "within": "8m"})
    edit(stage.here.file, _without_canary, drill)
    stage.terraform.synth(load(stage.here.file))
    stage.terraform.applied(f"{ENVIRONMENT}-serving")
    monkeypatch.setenv("CDKTF_OUTDIR", str(stage.here.home / "cdktf.out"))

    assert serinus(["drill", ENVIRONMENT, "--out", str(tmp_path)]) == Exit.FINE

    filed = json.loads((tmp_path / "drill.json").read_text())
    assert (filed["ending"], filed["put_back"]) == ("passed", True)
    entries = stage.ledger.history(NAME, filed["rollout"])
    assert next(entry for entry in entries if entry.kind is Kind.ROLL_BACK).step == STAFFS
    assert stage.weights() == [10_000]
    _eventually_stable(stage)
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_a_good_canary_walks_the_whole_path_and_everybody_keeps_their_model(stage: Stage) -> None:
    # A test takes each request for an exposure: whom the canary asks twice would make the split a mismatch.
    stage.people.forms.clear()
    stage.people.one_in.update(stable=10, canary=3)
    before = {person: len(seen) for person, seen in list(stage.people.seen.items())}
    edit(stage.here.file, _without_canary, add_canary(NAME, "v2"))
    rollout = stage.rollout()
    told = stage.told(rollout)

    assert rollout.phase is Phase.PROMOTED, told
    for words in ("a shadow of 100 %", "90 % of staff", "50 % of beta", "an A/B test at 50 %", "on to 100 %"):
        assert any(words in each for each in told), (words, told)
    assert any("canary is proven better than stable" in each for each in told), told
    met = {person: _turns(seen[before.get(person, 0) :]) for person, seen in stage.people.seen.items()}
    others = {person: turns for person, turns in met.items() if person >= BETA.stop}
    kept = (["stable"], ["stable", "canary"], ["canary"])
    assert not [turns for turns in others.values() if turns not in kept]
    assert stage.weights() == [0, 10_000]
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_a_canary_that_nobody_buys_from_is_taken_back_by_the_test_alone(stage: Stage) -> None:
    stage.people.one_in.update(stable=3, canary=20)
    edit(stage.here.file, make_stable(NAME), add_canary(NAME, "v4"))
    rollout = stage.rollout()
    back = next(e for e in stage.ledger.history(NAME, rollout.number) if e.kind is Kind.ROLL_BACK)

    assert (rollout.phase, back.step) == (Phase.ROLLED_BACK, TEST), stage.told(rollout)
    assert "canary is proven worse than stable" in back.reason
    assert stage.weights() == [10_000, 0]
    _eventually_stable(stage)
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_a_canary_that_is_too_small_for_everybody_is_taken_back_when_everybody_comes(stage: Stage) -> None:
    stage.people.forms.clear()
    stage.people.one_in.update(stable=10, canary=3)
    before = len(stage.people.failed)
    edit(stage.here.file, _without_canary, _patiently, add_canary(NAME, "v7"))
    rollout = stage.rollout()
    told = stage.told(rollout)

    assert rollout.phase is Phase.ROLLED_BACK, told
    back = next(e for e in stage.ledger.history(NAME, rollout.number) if e.kind is Kind.ROLL_BACK)
    assert back.step == EVERYBODY, told
    assert "error" in back.reason  # the alarm, or the judge by its fixed bound: whichever was first
    assert {model for _, model, _ in stage.people.failed[before:]} == {"v7"}
    assert stage.weights() == [10_000, 0]
    _eventually_stable(stage)
    assert stage.terraform.plan(f"{ENVIRONMENT}-serving").code == 0


def test_nobody_but_those_who_met_a_faulty_canary_was_failed_on_the_way(stage: Stage) -> None:
    assert [failed for failed in stage.people.failed if failed[1] not in ("v5", "v6", "v7")] == []


def test_all_of_it_can_be_destroyed_though_the_functions_wrote_versions(stage: Stage) -> None:
    stage.people.leave()  # what is captured while SageMaker deletes the endpoint is lost: docs/runbook.md
    for part in ("serving", "control"):
        stage.terraform.destroyed(f"{ENVIRONMENT}-{part}")


def _eventually_stable(stage: Stage) -> None:
    """Everybody has stable again once the router has heard of it."""
    deadline = time.monotonic() + 60
    while True:
        counts = {person: len(seen) for person, seen in stage.people.seen.items()}
        time.sleep(6)
        since = {v for person, seen in stage.people.seen.items() for v in seen[counts.get(person, 0) :]}
        if since == {"stable"}:
            return
        assert time.monotonic() < deadline, since
