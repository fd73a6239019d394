"""What `make scan` makes of checkov's findings; the scan itself has an environment of its own."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.spec import load_all
from stacks.app import PROJECT, build
from tests.stacks.conftest import Synthesized
from tools.scan import plan
from tools.scan.__main__ import EVERYTHING
from tools.scan.reasons import KEYED, Failure, Reason, obsolete, read, unexplained

PLAIN = Failure("CKV_AWS_119", "name", "prod-control", "aws_dynamodb_table.ledger_table_BE9C0D06")
REASONS = {"CKV_AWS_119": Reason("a key", ["aws_dynamodb_table.*"], "because", unless_keyed=True)}


def test_a_failure_with_its_reason_passes() -> None:
    assert unexplained([PLAIN], REASONS) == []
    assert obsolete([PLAIN], REASONS) == []


@pytest.mark.parametrize(
    "failure",
    [
        PLAIN._replace(check="CKV_AWS_28"),
        PLAIN._replace(resource="aws_sqs_queue.ledger"),
        PLAIN._replace(stack=f"{KEYED}prod-control"),
    ],
)
def test_another_check_another_kind_and_a_key_are_not_covered(failure: Failure) -> None:
    assert unexplained([failure, PLAIN], REASONS) == [failure]


def test_a_reason_for_what_no_longer_happens_is_told() -> None:
    more = {"CKV_AWS_119": replace(REASONS["CKV_AWS_119"], on=["aws_dynamodb_table.*", "aws_dynamodb_table.gone_*"])}
    assert obsolete([PLAIN], more) == ["CKV_AWS_119 on aws_dynamodb_table.gone_*"]
    assert obsolete([], REASONS) == ["CKV_AWS_119 on aws_dynamodb_table.*"]


def test_every_reason_is_a_sentence_about_some_resources() -> None:
    for reason in read().values():
        assert reason.on
        assert reason.why.endswith(".")
        assert len(reason.why) > 40


def test_a_plan_holds_every_resource_with_its_own_arguments(synthesized: Synthesized, tmp_path: Path) -> None:
    for stack in synthesized.stacks():
        document = synthesized.stack(stack)
        count = plan.write(synthesized.folder / "stacks" / stack / "cdk.tf.json", tmp_path / "plan.json")
        written: dict[str, Any] = json.loads((tmp_path / "plan.json").read_text())
        resources = written["planned_values"]["root_module"]["resources"]
        assert count == len(resources) == sum(len(made) for made in document["resource"].values())
        for resource in resources:
            given = document["resource"][resource["type"]][resource["name"]]
            assert resource["values"].items() <= given.items()
            assert given.keys() - resource["values"].keys() <= {"//", "lifecycle", "depends_on", "count"}


def test_every_kind_of_resource_that_serinus_makes_is_scanned(synthesized: Synthesized, tmp_path: Path) -> None:
    build(load_all(EVERYTHING), tmp_path / "everything").synth()
    made_of = (synthesized, Synthesized(tmp_path / "everything"))
    scanned = {kind for each in made_of for stack in each.stacks() for kind in each.stack(stack)["resource"]}
    sources = [path.read_text() for folder in ("infra", "stacks") for path in (PROJECT / folder).rglob("*.py")]
    modules = {name for text in sources for name in re.findall(r"from cdktf_cdktf_provider_aws\.(\w+) import", text)}
    made = {f"aws_{name}" for name in modules if name != "provider" and not name.startswith("data_")}
    assert made - scanned == set()
