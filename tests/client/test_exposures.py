"""Which inference ids tell the variant: those of users who are counted as exposed, and no others."""

from __future__ import annotations

import io
import itertools
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.client import Client, Request
from lambdas.client.report import Printed
from lambdas.rollout.assignment import Assignment, first
from lambdas.rollout.documents import encode
from lambdas.rollout.exposure import Exposure, read
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL

NOW = 1_000_030.0
EVERYBODY = Assignment("mortgage", 1, 1, "salt", (FULL,), (CANARY,))


class AppConfig:
    """Has one document; no flags."""

    def __init__(self, document: Assignment) -> None:
        self._document = document

    def start_configuration_session(self, **asked: Any) -> Any:
        return {"InitialConfigurationToken": asked["ConfigurationProfileIdentifier"]}

    def get_latest_configuration(self, *, ConfigurationToken: str) -> Any:  # noqa: N803 - boto3's own name
        body = (
            encode(self._document).encode()
            if ConfigurationToken == "mortgage"
            else b'{"mortgage.staff": {"default": false}}'
        )
        return {"Configuration": io.BytesIO(body), "NextPollConfigurationToken": ConfigurationToken}


class Endpoint:
    """Answers as the variant that it is asked for, if that is there; else as stable. Keeps the ids of requests."""

    def __init__(self, *variants: str) -> None:
        self._variants, self.ids = variants, list[str]()

    def invoke_endpoint(self, **asked: Any) -> Any:
        self.ids.append(asked["InferenceId"])
        variant = asked.get("TargetVariant", STABLE)
        if variant not in self._variants:
            error: Any = {"Error": {"Code": "ValidationError", "Message": f"no variant {variant}"}}
            raise ClientError(error, "InvokeEndpoint")
        return {"Body": io.BytesIO(b"1"), "ContentType": "text/csv", "InvokedProductionVariant": variant}


def _ask(endpoint: Endpoint, document: Assignment, **asked: str) -> str:
    client = Client("prod", endpoint, AppConfig(document), now=lambda: NOW)
    answer = client.invoke(Request("mortgage", b"1", **{"key": "ann"} | asked))  # type: ignore[arg-type] # all are text
    assert answer.inference_id == endpoint.ids[-1]
    return answer.inference_id


def test_a_routed_users_id_tells_variant_and_minute() -> None:
    assert read(_ask(Endpoint(STABLE, CANARY), EVERYBODY)) == Exposure(CANARY, NOW // 60 * 60)
    assert read(_ask(Endpoint(STABLE, CANARY), first("mortgage", 1, 1))) == Exposure(STABLE, NOW // 60 * 60)


@pytest.mark.parametrize(
    ("document", "key"),
    [
        (EVERYBODY, ""),
        (Assignment("mortgage", 1, 1, "salt", (FULL,), (CANARY,), stable_only=True), "ann"),
        (Assignment("mortgage", 1, 1, "salt", (FULL,), (CANARY,), routed=False), "ann"),
        (Assignment("mortgage", 1, 1, "salt", (FULL,), (CANARY,), flag="staff"), "ann"),
    ],
    ids=["nobody in particular", "kill switch", "not routed", "flag off"],
)
def test_who_takes_no_part_is_no_exposure(document: Assignment, key: str) -> None:
    assert read(_ask(Endpoint(STABLE, CANARY), document, key=key)) is None


def test_a_request_is_counted_in_the_minute_that_its_id_tells(capsys: pytest.CaptureFixture[str]) -> None:
    """However slowly the model answers: the clock goes on by a minute with each look."""
    clock = itertools.count(NOW, 60)
    client = Client("prod", Endpoint(CANARY), AppConfig(EVERYBODY), report=Printed(), now=lambda: next(clock))
    told = read(client.invoke(Request("mortgage", b"1", key="ann")).inference_id)
    (line,) = capsys.readouterr().out.splitlines()
    counted = json.loads(line)
    assert counted["RoutedRequests"] == 1
    assert told == Exposure(counted["VariantName"], counted["_aws"]["Timestamp"] / 1000 // 60 * 60)


def test_a_callers_own_id_is_kept() -> None:
    assert _ask(Endpoint(STABLE, CANARY), EVERYBODY, inference_id="mine") == "mine"
    assert _ask(Endpoint(STABLE), EVERYBODY, inference_id="mine") == "mine"


def test_an_id_never_names_a_variant_that_did_not_answer() -> None:
    endpoint = Endpoint(STABLE)
    assert read(_ask(endpoint, EVERYBODY)) is None
    assert len(set(endpoint.ids)) == 2
