"""Flags that bake under the router's alarm, by the synthesized stack."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.spec import Environment
from stacks.app import build
from tests.stacks.specs import environment
from tests.stacks.test_sticky import STICKY

NUMBER = "aws_appconfig_hosted_configuration_version.routing_flags_"


def _stack(folder: Path, spec: Environment) -> Any:
    build([spec], folder).synth()
    return json.loads((folder / "stacks" / "test-control" / "cdk.tf.json").read_text())


def _guards(made: Any) -> dict[str, Any]:
    """The alarms that are not the control plane's own."""
    return {name: alarm for name, alarm in made["aws_cloudwatch_metric_alarm"].items() if "health" not in name}


def test_the_alarm_watches_the_flags_and_no_assignment(tmp_path: Path) -> None:
    made = _stack(tmp_path, environment(STICKY))["resource"]
    monitors = {each["name"]: each.get("monitor") for each in made["aws_appconfig_environment"].values()}
    assert monitors["mortgage"] is None
    ((monitor),) = monitors["feature_flags"]
    (alarm,) = _guards(made)
    assert monitor["alarm_arn"] == f"${{aws_cloudwatch_metric_alarm.{alarm}.arn}}"
    (strategy,) = (
        each for each in made["aws_appconfig_deployment_strategy"].values() if each["final_bake_time_in_minutes"]
    )
    assert (strategy["final_bake_time_in_minutes"], strategy["deployment_duration_in_minutes"]) == (10, 0)


def test_the_first_flags_neither_bake_nor_can_be_taken_back(tmp_path: Path) -> None:
    made = _stack(tmp_path, environment(STICKY))["resource"]
    (alarm,) = _guards(made).values()
    assert alarm["actions_enabled"].startswith(f"${{{NUMBER}")
    assert alarm["actions_enabled"].endswith(".version_number > 1}")
    (deployment,) = made["aws_appconfig_deployment"].values()
    assert (
        ".version_number > 1 ? aws_appconfig_deployment_strategy.routing_baked"
        in deployment["deployment_strategy_id"]
    )
    assert ": aws_appconfig_deployment_strategy.routing_at-once" in deployment["deployment_strategy_id"]


def test_appconfig_may_read_alarms_and_nothing_else(tmp_path: Path) -> None:
    made = _stack(tmp_path, environment(STICKY))["resource"]
    (policy,) = (json.loads(p["policy"]) for name, p in made["aws_iam_role_policy"].items() if "guard" in name)
    assert [statement["Action"] for statement in policy["Statement"]] == [["cloudwatch:DescribeAlarms"]]
    (role,) = (r for name, r in made["aws_iam_role"].items() if "guard" in name)
    (trust,) = json.loads(role["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "appconfig.amazonaws.com"}


def test_without_a_bake_nothing_watches(tmp_path: Path) -> None:
    spec = environment(STICKY)
    made = _stack(tmp_path, replace(spec, control=replace(spec.control, flags_bake=0)))
    assert not _guards(made["resource"])
    assert not [each for each in made["resource"]["aws_appconfig_environment"].values() if each.get("monitor")]
    assert "check" not in made


def test_an_edited_description_is_a_deployment_of_its_own(tmp_path: Path) -> None:
    def edition(folder: Path, *, said: str) -> str:
        flags = tuple(replace(flag, description=said) for flag in STICKY.flags)
        (made,) = _stack(folder, environment(replace(STICKY, flags=flags)))["resource"][
            "aws_appconfig_deployment"
        ].values()
        return str(made["description"])

    assert edition(tmp_path / "a", said="once") != edition(tmp_path / "b", said="again")
