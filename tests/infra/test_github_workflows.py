"""The workflows' safety: pinned actions, least permissions, no secrets where strangers' code runs."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cli.exits import Exit
from infra.spec import load_all

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
WRITABLE = {"id-token", "pull-requests"}


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text())
    return loaded


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def test_there_are_five() -> None:
    assert [path.name for path in FILES] == ["audit.yml", "ci.yml", "deploy.yml", "drill.yml", "plan.yml"]


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
    assert deploy["concurrency"] == {"group": "deploy", "cancel-in-progress": False, "queue": "max"}
    assert "${{" not in deploy["concurrency"]["group"]
    assert all("concurrency" not in job for job in deploy["jobs"].values())
    assert deploy["jobs"]["apply"]["needs"] == "plan"
    others = [
        read(path).get("concurrency", {}).get("group", "")
        for path in FILES
        if path.name[:-4] not in ("deploy", "drill")
    ]
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


def test_a_drill_waits_for_deploys_and_neither_takes_the_others_place() -> None:
    drill, deploy = (read(FOLDER / name)["concurrency"] for name in ("drill.yml", "deploy.yml"))
    assert drill == deploy == {"group": "deploy", "cancel-in-progress": False, "queue": "max"}


def test_a_drill_is_for_an_endpoint_of_staging_that_allows_it() -> None:
    workflow = read(FOLDER / "drill.yml")
    default = workflow["on"]["workflow_dispatch"]["inputs"]["endpoint"]["default"]
    assert workflow["on"]["schedule"] == [{"cron": "17 5 * * 1"}]
    assert [step["env"]["ENDPOINT"] for step in steps(FOLDER / "drill.yml") if "env" in step] == [
        f"${{{{ inputs.endpoint || '{default}' }}}}"
    ] * 2
    (staging,) = (each for each in load_all(FOLDER.parents[1] / "environments") if each.name == "staging")
    assert [endpoint.name for endpoint in staging.endpoints if endpoint.drill] == [default]


def test_the_evidence_of_a_drill_is_kept_however_it_ends() -> None:
    last = steps(FOLDER / "drill.yml")[-1]
    assert (last["uses"].split("@")[0], last["if"]) == ("actions/upload-artifact", "always()")
    assert f"--out {last['with']['path']} " in _drill()["run"]


@pytest.mark.parametrize(
    ("code", "answer", "fails"),
    [
        (Exit.FINE, {"passed": True}, False),
        (Exit.DRILL_FAILED, {"passed": False}, True),
        (Exit.NOT_PUT_BACK, {"passed": False}, True),
        (Exit.AWS, {"error": {"code": 3, "sentence": "denied", "fix": None}}, True),
        (Exit.USAGE, {"error": {"code": 2, "sentence": "allows no drill", "fix": None}}, True),
        (Exit.NOTHING, {"error": {"code": 1, "sentence": "a canary is there", "fix": None}}, False),
        (Exit.NOTHING, None, True),
    ],
    ids=["passed", "failed", "not put back", "AWS", "usage", "not now", "a traceback"],
)
def test_a_drill_that_fails_fails_the_workflow_and_one_that_is_not_possible_now_warns(
    tmp_path: Path, code: Exit, answer: dict[str, Any] | None, *, fails: bool
) -> None:
    serinus = tmp_path / ".venv" / "bin" / "python"
    serinus.parent.mkdir(parents=True)
    said = json.dumps(answer, indent=2) if answer else ""
    serinus.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\nexit {int(code)}\n")
    serinus.chmod(0o755)
    environ = os.environ | {"ENDPOINT": "mortgage", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    script = ["bash", "-e", "-c", _drill()["run"]]
    done = subprocess.run(script, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == (code if fails else 0), done.stderr
    assert ("::warning" in done.stdout) == (code is Exit.NOTHING and not fails)
    assert said in (tmp_path / "summary").read_text()


def _drill() -> dict[str, Any]:
    return next(step for step in steps(FOLDER / "drill.yml") if step.get("name") == "Drill")


def runs(name: str) -> list[str]:
    return [step["run"] for step in steps(FOLDER / name) if "run" in step]


def test_what_is_synthesized_is_scanned_after_the_tests() -> None:
    assert runs("ci.yml") == [".ci/run", "make scan"]


def test_what_is_locked_is_audited_every_day_and_on_a_change_of_a_lock() -> None:
    # YAML 1.2 in ruamel: `on` is a word.
    when = read(FOLDER / "audit.yml")["on"]
    assert [each["cron"].split()[2:] for each in when["schedule"]] == [["*", "*", "*"]]
    assert {"locks/**", "package-lock.json"} <= set(when["pull_request"]["paths"])
    assert runs("audit.yml") == ["make audit"]


@pytest.mark.parametrize(
    ("target", "module"), [("scan", "$(BIN)/python -m tools.scan"), ("audit", "$(PYTHON) -m tools.audit")]
)
def test_each_tool_has_a_hashed_environment_of_its_own(target: str, module: str) -> None:
    makefile = (FOLDER.parents[1] / "Makefile").read_text()
    rule = makefile.split(f"\n{target}: ")[1].split("\n\n")[0]
    assert f".venv-{target}/.installed" in rule
    assert rule.endswith(module)
    assert "--require-hashes --requirement locks/$*.txt" in makefile
    pinned = (FOLDER.parents[1] / "locks" / f"{target}.txt").read_text()
    assert pinned.count("==") > 20
    assert pinned.count("--hash=sha256:") > pinned.count("==")


def test_pins_locks_and_actions_are_kept_up() -> None:
    updates = read(FOLDER.parent / "dependabot.yml")["updates"]
    assert {(each["package-ecosystem"], each["directory"]) for each in updates} == {
        ("pip", "/"),
        ("npm", "/"),
        ("github-actions", "/"),
    }


@pytest.mark.parametrize("name", ["deploy.yml", "plan.yml"])
def test_no_tool_reports_its_use_to_anybody(name: str) -> None:
    assert read(FOLDER / name)["env"] == {"CHECKPOINT_DISABLE": "1"}
