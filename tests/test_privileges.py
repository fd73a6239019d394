"""The comparison that `tests.conftest` makes after a run finds what is denied, unused, or explained in vain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.privileges import SCENES, compare

if TYPE_CHECKING:
    from pathlib import Path

GRANTED = {"role": "serinus-prod-eu-advance", "granted": ["dynamodb:GetItem", "xray:PutTraceSegments"]}
CALLED = {"role": "serinus-staging-advance", "action": "dynamodb:GetItem", "resource": "t", "allowed": True}


@pytest.fixture
def found(tmp_path: Path) -> Any:
    def compared(*lines: dict[str, Any]) -> Any:
        (tmp_path / "1.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return compare(tmp_path)

    return compared


def test_what_is_granted_somewhere_and_called_somewhere_is_well(found: Any) -> None:
    assert found(GRANTED, CALLED) == (2, 1, [], [], [])


def test_a_grant_that_nobody_uses_is_found(found: Any) -> None:
    assert found(GRANTED).unused == ["advance does not use dynamodb:GetItem"]


def test_another_kind_of_role_does_not_use_it(found: Any) -> None:
    other = CALLED | {"role": "serinus-staging-begin"}
    assert found(GRANTED, other).unused == ["advance does not use dynamodb:GetItem"]


def test_a_denied_call_is_found_whatever_else_was_allowed(found: Any) -> None:
    denied = CALLED | {"action": "sns:Publish", "allowed": False}
    assert found(GRANTED, CALLED, denied).denied == ["advance was denied sns:Publish on t"]


def test_an_explanation_that_is_not_needed_is_found(found: Any) -> None:
    traced = CALLED | {"action": "xray:PutTraceSegments"}
    assert found(GRANTED, CALLED, traced).outdated == ["advance uses xray:PutTraceSegments after all"]


def test_a_grant_that_is_seldom_used_may_be_used_or_not(found: Any) -> None:
    granted = {"role": "serinus-prod-rollback", "granted": ["sagemaker:UpdateEndpoint"]}
    called = CALLED | {"role": "serinus-prod-rollback", "action": "sagemaker:UpdateEndpoint"}
    assert found(granted) == found(granted, called) == (1, 1, [], [], [])


def test_roles_of_others_are_nobodys_business(found: Any) -> None:
    assert found(GRANTED | {"role": "models"}, CALLED | {"role": "models", "allowed": False}).grants == 0


def test_a_role_of_no_function_is_an_execution_role(found: Any) -> None:
    of_an_endpoint = GRANTED | {"role": "serinus-prod-mortgage-c1950341"}
    assert found(of_an_endpoint).unused == ["execution does not use dynamodb:GetItem"]


def test_the_scenes_exist(pytestconfig: pytest.Config) -> None:
    assert [each for each in SCENES if not (pytestconfig.rootpath / each).is_file()] == []
