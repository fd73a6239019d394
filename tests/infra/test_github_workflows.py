"""The workflows' safety: pinned actions, least permissions, no secrets where strangers' code runs."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cli.exits import Exit

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
WRITABLE = {"id-token", "pull-requests"}


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text())
    return loaded


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def test_there_are_three() -> None:
    assert [path.name for path in FILES] == ["ci.yml", "deploy.yml", "plan.yml"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_action_is_pinned_by_commit_and_tells_its_version(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if "uses:" in line]
    assert lines
    for line in lines:
        assert re.fullmatch(r" *- uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_has_one_version_everywhere() -> None:
    used = {step["uses"] for path in FILES for step in steps(path) if "uses" in step}
    assert len(used) == len({action.split("@")[0] for action in used})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nobody_may_write_by_default(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        written = {what for what, access in job.get("permissions", {}).items() if access == "write"}
        assert written <= WRITABLE


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_long_lived_secret_is_used(path: Path) -> None:
    text = path.read_text()
    assert "secrets." not in text
    assert "pull_request_target" not in text


def test_no_input_of_a_pull_request_is_pasted_into_a_shell() -> None:
    scripts = [step["run"] for path in FILES for step in steps(path) if "run" in step]
    assert not [script for script in scripts if "${{" in script]


def test_strangers_get_no_credentials() -> None:
    plan = read(FOLDER / "plan.yml")["jobs"]["plan"]
    assert plan["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert "id-token" not in str(read(FOLDER / "ci.yml"))


def test_the_saved_plan_is_applied_environment_by_environment() -> None:
    apply = read(FOLDER / "deploy.yml")["jobs"]["apply"]
    assert apply["environment"] == "${{ matrix.environment }}"
    assert apply["strategy"]["matrix"]["environment"] == ["dev", "staging", "prod"]
    assert (apply["strategy"]["max-parallel"], apply["strategy"]["fail-fast"]) == (1, True)
    assert any("saved.plan" in step.get("run", "") for step in apply["steps"])


def test_two_merges_are_deployed_one_after_the_other() -> None:
    """GitHub runs one workflow of a group at a time; of those that wait, the newest, which holds the others' commits.

    The plans, too, are saved in their turn (docs.github.com, "Control the concurrency of workflows and jobs").
    """
    deploy = read(FOLDER / "deploy.yml")
    assert deploy["concurrency"] == {"group": "deploy", "cancel-in-progress": False}
    assert "${{" not in deploy["concurrency"]["group"]
    assert all("concurrency" not in job for job in deploy["jobs"].values())
    assert deploy["jobs"]["apply"]["needs"] == "plan"
    others = [read(path).get("concurrency", {}).get("group", "") for path in FILES if path.name != "deploy.yml"]
    assert "deploy" not in others


def test_a_pull_request_says_which_checks_fire_what_a_rollout_will_do_and_then_the_plan() -> None:
    plan = read(FOLDER / "plan.yml")["jobs"]["plan"]
    names = [step.get("name") or step["uses"].split("@")[0] for step in plan["steps"]]
    signed_in = names.index("aws-actions/configure-aws-credentials")
    order = ["Install", "Check", "Synthesize", "Explain"]
    assert [names.index(name) for name in order] == sorted(names.index(name) for name in order)
    assert names.index("Explain") < signed_in < names.index("Plan")
    assert ' check "$ENVIRONMENT" >out/checks || failed=1' in plan["steps"][names.index("Check")]["run"]
    explained, planned = (plan["steps"][names.index(name)] for name in ("Explain", "Plan"))
    assert ' explain "$ENVIRONMENT" --markdown >>"out/$ENVIRONMENT.md"' in explained["run"]
    assert '>>"out/$ENVIRONMENT.md"' in planned["run"]
    assert explained["env"] == planned["env"] == {"ENVIRONMENT": "${{ matrix.environment }}"}


def test_a_rollout_plan_that_breaks_its_budget_fails_the_pull_request() -> None:
    steps = read(FOLDER / "plan.yml")["jobs"]["plan"]["steps"]
    budget = next(step["run"] for step in steps if step.get("name") == "Budget")
    assert ' simulate "$ENVIRONMENT" "$endpoint" ' in budget
    assert f'test "$code" -eq {Exit.OVER_BUDGET.value} || continue' in budget
    assert budget.rstrip().endswith("exit $broken")
