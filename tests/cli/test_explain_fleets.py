"""What is said of what an endpoint runs on: the canary's fleet, stable's, and SageMaker's second one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cli.exits import Exit
from tests.cli.terminal import serinus
from tests.fakes import FakeWorld

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
account: "123456789012"
region: eu-west-1
state: {s3: {bucket: serinus-state}}
prices: {ml.m5.large: 0.1, ml.g5.xlarge: 1.4}
endpoints:
  images:
    instance: {type: ml.m5.large, count: 4}
    stable: {version: v1, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images:1"}
    canary:
      version: v2
      image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images:2"
      instance: {type: ml.g5.xlarge, count: 1}
    rollout:
      mode: progressive
      steps: [{weight: 5%, bake: 10m}, {weight: 100%, bake: 10m}]
      guardrails: [{metric: error_rate}]
  scans:
    instance: {type: ml.g5.xlarge, count: 2}
    async: {from: "s3://scans/requests", to: "s3://scans/answers"}
    stable: {version: v1, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/scans:1"}
    rollout: {mode: native, strategy: all_at_once}
  seldom:
    serverless: {memory: 2048, concurrency: 5}
    stable: {version: v1, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/seldom:1"}
    rollout: {mode: native, strategy: all_at_once}
"""


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    written = tmp_path / "prod.yaml"
    written.write_text(FILE)
    return written


def explained(endpoint: str, *argv: str) -> Any:
    said = serinus(FakeWorld().world, "explain", "prod", endpoint, *argv, "--json")
    assert said.code == Exit.FINE, said.out
    return said.document["endpoints"][0]


def test_a_canary_on_another_instance_type_is_told_with_both_costs() -> None:
    found = explained("images")
    assert found["fleet"]["instance"] == "ml.g5.xlarge"
    assert found["fleet"]["stable"] == {"instance": "ml.m5.large", "count": 4, "price": 0.1}
    assert found["summary"][-1] == (
        "Stable runs on 4 x ml.m5.large = 0.40 USD an hour, the canary on 1 x ml.g5.xlarge = 1.40 USD an hour:"
        " without stable, the endpoint costs 1.00 USD an hour more than now."
    )


def test_a_cheaper_canary_is_told_as_such() -> None:
    found = explained("images", "--price", "ml.g5.xlarge=0.3")
    assert found["summary"][-1].endswith("without stable, the endpoint costs 0.10 USD an hour less than now.")


def test_a_price_that_is_not_known_is_asked_for(file: Path) -> None:
    file.write_text(FILE.replace("ml.m5.large: 0.1, ", ""))
    assert explained("images")["summary"][-1] == (
        "Stable runs on 4 x ml.m5.large, the canary on 1 x ml.g5.xlarge; what that costs needs the price of"
        " ml.m5.large."
    )


def test_two_equal_fleets_are_one_sentence(file: Path) -> None:
    file.write_text(FILE.replace("{type: ml.g5.xlarge, count: 1}", "{type: ml.m5.large, count: 4}"))
    assert explained("images")["summary"][-1].startswith("The canary's fleet (4 x ml.m5.large)")


def test_sagemakers_second_fleet_has_a_price_and_a_queue_is_shared() -> None:
    who, shared, cost = explained("scans")["notes"]
    assert who.startswith("SageMaker replaces the fleet by itself (all_at_once)")
    assert "one queue" in shared
    assert cost == (
        "While it is replaced, the fleet (2 x ml.g5.xlarge = 2.80 USD an hour) is there twice, until `baking` is"
        " over."
    )


def test_rolling_needs_one_batch_more(file: Path) -> None:
    rolling = "{mode: native, strategy: rolling, size: {percent: 50%}, wait: 10m}"
    file.write_text(FILE.replace("{mode: native, strategy: all_at_once}", rolling, 1))
    assert "has one batch more" in explained("scans", "--price", "ml.g5.xlarge=1")["notes"][-1]


def test_nothing_takes_a_serverless_endpoint_back() -> None:
    (note,) = explained("seldom")["notes"]
    assert "nothing takes it back by itself" in note


def test_challengers_have_fleets_of_their_own(file: Path) -> None:
    lean = '{version: v3, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images:3"}'
    tested = "{experiment: {max: 7d, split: 30%, challengers: {lean: 30%}}}"
    file.write_text(
        FILE.replace(
            "    rollout:\n", f"    challengers: {{lean: {lean}}}\n    rollout:\n      routing: sticky\n", 1
        ).replace("{weight: 5%, bake: 10m}", tested)
    )
    found = explained("images")
    assert found["fleet"]["challengers"] == {"lean": {"instance": "ml.m5.large", "count": 4, "price": 0.1}}
    assert (
        "Challenger lean has a fleet of its own as long as it is in the file: 4 x ml.m5.large = 0.40 USD an hour."
        in found["summary"]
    )
