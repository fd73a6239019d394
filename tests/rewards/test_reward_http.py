"""Function URL events and their answers."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from lambdas.reward.http import Posted, read, refused, taken, unavailable
from lambdas.rollout.reward_report import RefusedRewardError
from lambdas.rollout.rewards import Outcome


def _event(path: str = "/mortgage", method: str = "POST", **more: Any) -> dict[str, Any]:
    return {"rawPath": path, "requestContext": {"http": {"method": method}}} | more


def test_a_path_names_the_endpoint_and_bodies_may_be_bytes() -> None:
    assert read(_event(body="{}")) == Posted("mortgage", b"{}")
    assert read(_event("/mortgage/", body=base64.b64encode(b"{}").decode(), isBase64Encoded=True)).report == b"{}"
    assert read(_event()).report == b""


@pytest.mark.parametrize(("path", "method"), [("/", "POST"), ("/a/b", "POST"), ("/mortgage", "GET")])
def test_other_requests_are_told_what_to_send(path: str, method: str) -> None:
    with pytest.raises(RefusedRewardError, match=r"send POST /\{endpoint\}"):
        read(_event(path, method))


def test_each_answer_has_its_status() -> None:
    answers = [taken(Outcome.DOUBLED), refused(RefusedRewardError("why")), unavailable()]
    assert [answer["statusCode"] for answer in answers] == [202, 400, 503]
    assert json.loads(answers[0]["body"]) == {"outcome": "doubled"}
    assert json.loads(answers[1]["body"]) == {"message": "why"}
