"""Users behind the router, which runs from the real zip in the sandbox; AppConfig is set up by boto3."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.artifact import build
from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.adapters.routed import RoutedEndpoints
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.client import Client, Request
from lambdas.client.polled import Times
from lambdas.rollout.assignment import assign, first, reweigh
from lambdas.rollout.catalogue import queries, routed
from lambdas.rollout.guardrails import ErrorRate
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL
from lambdas.rollout.ports import Turn
from tests.adapters.sticky import Sticky
from tests.e2e.counted import counted
from tests.sandbox.roles import EVERYTHING, role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import Sandbox
    from tests.sandbox.sagemaker.hosting import Hosting

USERS = [f"user-{number}" for number in range(24)]
STAFF = {"email": "ann@example.com"}
LIFETIME = 3.0
FLAG = {
    "default": False,
    "rules": {
        "our own": {
            "when_match": True,
            "conditions": [{"action": "ENDSWITH", "key": "email", "value": "@example.com"}],
        }
    },
}


class Stage:
    """An endpoint with two variants, its AppConfig, and the router in front of it."""

    def __init__(self, sandbox: Sandbox, hosting: Hosting) -> None:
        self.sandbox, self.sticky = sandbox, Sticky(sandbox)
        variants = [hosting.variant(STABLE, weight=FULL), hosting.variant(CANARY, weight=0)]
        self.endpoint = hosting.endpoint(hosting.config(*variants))
        self.sticky.add(self.endpoint)
        self.sticky.put_flags({f"{self.endpoint}.staff": FLAG})
        self.endpoints = RoutedEndpoints(SageMakerEndpoints(hosting.api), self.sticky.assignments)
        self.url = self._router()
        self._revision = 0

    def _router(self) -> str:
        functions = self.sandbox.client("lambda")
        functions.create_function(
            FunctionName=self.sticky.environment,
            Runtime="python3.11",
            Role=role(self.sandbox, "lambda", EVERYTHING),
            Handler="lambdas.router.handler.handler",
            Code={"ZipFile": build(Path(__file__).parents[2] / "lambdas").content},
            Timeout=20,
            Environment={
                "Variables": {
                    "SERINUS_ENVIRONMENT": self.sticky.environment,
                    "SERINUS_POLL": "0.3",
                    "SERINUS_LIFETIME": str(LIFETIME),
                }
            },
        )
        made = functions.create_function_url_config(FunctionName=self.sticky.environment, AuthType="AWS_IAM")
        return f"{made['FunctionUrl']}endpoints/"

    def ask(self, key: str = "", attributes: Mapping[str, str] | None = None, **asked: Any) -> requests.Response:
        headers = {"X-Serinus-Key": key} | ({"X-Serinus-Attributes": json.dumps(attributes)} if attributes else {})
        return self.post(f"{self.endpoint}/invocations", headers, **asked)

    def post(self, path: str, headers: Mapping[str, str], **asked: Any) -> requests.Response:
        headers = {"Content-Type": "application/json", **headers}
        signed = AWSRequest("POST", f"{self.url}{path}", headers, json.dumps(asked).encode())
        SigV4Auth(Credentials("test", "test"), "lambda", "eu-west-1").add_auth(signed)
        return requests.post(str(signed.url), signed.data, headers=dict(signed.headers), timeout=30)

    def variant(self, key: str, attributes: Mapping[str, str] | None = None) -> str:
        answer = self.ask(key, attributes)
        assert answer.status_code == 200, answer.text
        assert answer.json()["says"] == answer.headers["X-Serinus-Variant"]
        return answer.headers["X-Serinus-Variant"]

    def people(self, attributes: Mapping[str, str] | None = None) -> dict[str, str]:
        return {user: self.variant(user, attributes) for user in USERS}

    def give(self, weight: int, flag: str = "", rollout: int = 1) -> dict[str, str]:
        """Publish a share as the controller does; return who should have what."""
        self._revision += 1
        turn = Turn(rollout, self._revision, flag)
        live = self.endpoints.live(self.endpoint)
        assert live is not None
        self.endpoints.set_canary_weight(live, weight, turn)
        self._until_deployed()
        document = reweigh(first(self.endpoint, rollout, self._revision), {CANARY: weight}, self._revision)
        return {user: assign(document, user) for user in USERS}

    def kill(self, *, on: bool) -> None:
        self.sticky.assignments.set_stable_only(self.endpoint, on=on)
        self._until_deployed()

    def reaches(self, expected: Mapping[str, str], attributes: Mapping[str, str] | None = None) -> None:
        """Wait until the router has heard of it, by users who tell old from new."""
        self.sandbox.eventually(lambda: self.people(attributes) == expected, timeout=15)

    def count(self, metric: str, variant: str = "") -> float:
        return counted(self.sandbox.client("cloudwatch"), metric, self.endpoint, variant)

    def _until_deployed(self) -> None:
        def over() -> bool:
            published = self.sticky.assignments.published(self.endpoint)
            return published is not None and not published.under_way

        self.sandbox.eventually(over)


@pytest.fixture(scope="module")
def stage(sandbox: Sandbox, hosting: Hosting) -> Stage:
    return Stage(sandbox, hosting)


def _all(variant: str) -> dict[str, str]:
    return dict.fromkeys(USERS, variant)


def test_before_the_first_document_sagemakers_weights_decide_and_somebody_is_told(stage: Stage) -> None:
    assert stage.people() == _all(STABLE)
    stage.sandbox.eventually(lambda: stage.count("RouterUnconfigured") > 0)
    assert stage.count("RoutedRequests", STABLE) == 0


def test_users_keep_their_variant_while_the_share_grows(stage: Stage) -> None:
    had: set[str] = set()
    for weight in (500, 2_500, FULL):
        expected = stage.give(weight)
        stage.reaches(expected)
        have = {user for user, variant in expected.items() if variant == CANARY}
        assert had <= have
        had = have
    assert had == set(USERS)


def test_outside_lambda_the_client_decides_alike(stage: Stage) -> None:
    expected = stage.give(5_000, rollout=2)
    stage.reaches(expected)
    runtime, data = stage.sandbox.client("sagemaker-runtime"), stage.sandbox.client("appconfigdata")
    client = Client(stage.sticky.environment, runtime, data, times=Times())
    asked = {user: client.invoke(Request(stage.endpoint, b"{}", user, inference_id=f"i-{user}")) for user in USERS}
    assert {user: answer.variant for user, answer in asked.items()} == expected
    assert asked["user-0"].inference_id == "i-user-0"
    assert CANARY in expected.values()
    assert STABLE in expected.values()


def test_who_takes_part_is_counted_by_variant_with_errors_and_latency(stage: Stage) -> None:
    expected = stage.give(5_000, rollout=2)
    stage.reaches(expected)
    user = next(user for user, variant in expected.items() if variant == CANARY)
    before = stage.count("RoutedRequests", CANARY), stage.count("RoutedErrors", CANARY)
    assert stage.ask(user, status=500).status_code == 424
    assert stage.ask(user, status=400).json()["OriginalStatusCode"] == 400
    stage.variant(user)
    after = before[0] + 3, before[1] + 2

    def counted() -> bool:
        return (stage.count("RoutedRequests", CANARY), stage.count("RoutedErrors", CANARY)) == after

    stage.sandbox.eventually(counted)
    assert stage.count("RoutedLatency", CANARY) > 1_000


def test_the_judge_finds_what_the_router_counts(stage: Stage) -> None:
    stage.reaches(stage.give(5_000, rollout=2))
    asked = routed(queries(ErrorRate(), None))
    now = datetime.now(UTC).timestamp()
    found = CloudWatchMetrics(stage.sandbox.client("cloudwatch"), 60, 0).read(
        stage.endpoint, asked, now - 600, now + 60
    )
    for query, *values in zip(asked, *(period.values for period in found), strict=True):
        assert any(value is not None for value in values), query


def test_only_users_of_the_flag_take_part(stage: Stage) -> None:
    stage.reaches(stage.give(0, rollout=3))
    before = stage.count("RoutedRequests", CANARY)
    expected = stage.give(FULL, flag="staff", rollout=3)
    stage.reaches(expected, STAFF)
    stage.sandbox.eventually(lambda: stage.count("RoutedRequests", CANARY) >= before + len(USERS))
    counted = stage.count("RoutedRequests", STABLE)
    assert stage.people() == _all(STABLE)
    assert stage.variant("", STAFF) == STABLE
    assert stage.count("RoutedRequests", STABLE) == counted


def test_a_way_back_and_the_kill_switch_reach_the_router(stage: Stage) -> None:
    stage.reaches(stage.give(FULL, rollout=4))
    stage.give(0, rollout=4)
    stage.reaches(_all(STABLE))
    expected = stage.give(FULL, rollout=4)
    stage.reaches(expected)
    stage.kill(on=True)
    stage.reaches(_all(STABLE))
    stage.kill(on=False)
    stage.reaches(expected)


def test_a_canary_that_is_not_there_is_no_error(stage: Stage, hosting: Hosting) -> None:
    stage.reaches(stage.give(FULL, rollout=5))
    hosting.update(stage.endpoint, hosting.config(hosting.variant(STABLE)))
    hosting.settled(stage.endpoint)
    assert stage.people() == _all(STABLE)
    hosting.update(stage.endpoint, hosting.config(hosting.variant(STABLE), hosting.variant(CANARY, weight=0)))
    hosting.settled(stage.endpoint)


def test_nothing_of_a_request_is_logged_or_published(stage: Stage) -> None:
    secret, user = "s3cr3t-4711", next(user for user, variant in stage.give(FULL, rollout=5).items() if variant)
    kept = {"X-Serinus-Inference-Id": f"{secret}-" * 20}
    assert stage.variant(f"{user}-{secret}", {"email": f"{secret}@example.com"})
    for status in (500, 400):
        broken = stage.ask(f"{user}-{secret}", {"email": secret}, status=status, words=f"no row like {secret}")
        assert secret in broken.json()["OriginalMessage"], "the caller is told"
    assert stage.post(f"{stage.endpoint}/invocations", kept).status_code == 400
    assert stage.post(f"{stage.endpoint}/invocations", {"X-Serinus-Attributes": f"{{{secret}"}).status_code == 400
    assert stage.post(f"{secret}/elsewhere", {}).status_code == 404

    def refused() -> list[str]:
        return [line for line in stage.sandbox.logged(stage.sticky.environment) if '"refused"' in line]

    stage.sandbox.eventually(lambda: len(refused()) >= 5)
    assert sum("ModelError, the model answered" in line for line in refused()) >= 2
    assert not [line for line in stage.sandbox.logged(stage.sticky.environment) if secret in line]
    told = stage.sandbox.client("cloudwatch").list_metrics(Namespace="Serinus")["Metrics"]
    assert stage.endpoint in str(told)
    assert secret not in str(told)


def test_without_appconfig_everybody_has_what_sagemakers_weights_give(stage: Stage) -> None:
    stage.reaches(stage.give(FULL, rollout=6))
    application = {"ApplicationId": stage.sticky.app}
    for place in stage.sticky.api.list_environments(**application)["Items"]:
        stage.sticky.api.delete_environment(**application, EnvironmentId=place["Id"])
    stage.reaches(_all(STABLE))
