"""What is said of the comparison with a baseline: in which steps, and where too few are asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cli.exits import Exit
from tests.cli.terminal import serinus
from tests.fakes import FakeWorld
from tests.infra.test_baselines import INCOME, write

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
account: "123456789012"
region: eu-west-1
state: {s3: {bucket: serinus-state}}
endpoints:
  mortgage:
    instance: {type: ml.m5.large, count: 1}
    stable: {version: v1, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mortgage:1"}
    capture: {to: s3://captures/prod, sample: 50%}
    schema: {columns: {income: number}, predicted: {score: column 1, positive: "yes"}}
    baseline: usual/statistics.json
    rollout:
      mode: progressive
      steps: STEPS
      guardrails: [{metric: error_rate}]
"""
STEPS = "[{weight: 1%, bake: 10m}, {weight: 90%, bake: 20m}, {weight: 100%, bake: 10m}]"
SHOWN_NOBODY = "[{shadow: {sample: 10%, for: 10m}}, {weight: 100%, bake: 10m}]"


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    write(tmp_path, INCOME)

    def of(*argv: str, steps: str = STEPS) -> list[str]:
        (tmp_path / "prod.yaml").write_text(FILE.replace("STEPS", steps))
        said = serinus(FakeWorld().world, "explain", "prod", *argv, "--json")
        assert said.code == Exit.FINE, said.out
        return [note for note in said.document["endpoints"][0]["notes"] if "asked" in note or "compare" in note]

    return of


def test_the_steps_that_are_compared_are_named(notes: Any) -> None:
    (note,) = notes("--rps", "100")
    assert note == (
        "What both variants are asked is compared, with usual/statistics.json too, at the end of step 1 (1 %),"
        " step 2 (90 %)."
    )


def test_a_step_in_which_too_few_are_captured_by_max_bake_is_told_with_what_it_takes(notes: Any) -> None:
    _, first, second = notes("--rps", "0.5")
    assert first == (
        "Step 1 (1 %) is too short to compare requests: in 10 min 1.5 are captured on one variant, and 100 are"
        " needed. It ends as `inconclusive` says. Fix: max_bake 11 h 7 min, or a larger sample."
    )
    assert second == (
        "Step 2 (90 %) lasts about 1 h 7 min until requests can be compared: in 20 min 30 are captured on one"
        " variant, and 100 are needed."
    )


def test_without_traffic_no_step_is_called_too_short(notes: Any) -> None:
    assert len(notes()) == 1


def test_a_plan_that_deals_nothing_at_random_compares_nothing(notes: Any) -> None:
    assert notes("--rps", "100", steps=SHOWN_NOBODY) == [
        "No step compares requests with usual/statistics.json: none deals them to both variants at random."
    ]
