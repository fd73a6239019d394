"""A monitor in an environment's file, and what it may do: its baseline read, its role bounded, its job named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from infra import monitored
from infra.content import shape
from infra.place import Place
from infra.spec import Capture, Endpoint, Monitor, load
from infra.spec.rules.monitors import analyzers_are_reachable
from tests.infra.specs import PROGRESSIVE, refusal
from tests.infra.test_baselines import INCOME, RACE, WATCHED
from tests.stacks.keyed import KEY
from tests.stacks.specs import ENDPOINT, environment

if TYPE_CHECKING:
    from pathlib import Path

PLACE = Place("test", "123456789012", "eu-west-1")
AWSS = "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer"
MONITOR = Monitor("s3://monitors/all/", image=AWSS, statistics="{}", constraints="{}")
MONITORED = replace(ENDPOINT, capture=Capture("s3://captures/here/"), monitor=MONITOR)
TEXT = WATCHED + "    monitor: {to: s3://monitors/all}\n"


def _write(folder: Path, constraints: str = "") -> None:
    (folder / "usual").mkdir(exist_ok=True)
    text = json.dumps({"version": 0.0, "dataset": {"item_count": 100}, "features": [INCOME, RACE]})
    (folder / "usual" / "statistics.json").write_text(text, encoding="utf-8")
    if constraints:
        (folder / "usual" / "constraints.json").write_text(constraints, encoding="utf-8")


def _monitor(folder: Path, text: str = TEXT) -> Monitor:
    (folder / "prod.yaml").write_text(text, encoding="utf-8")
    (endpoint,) = load(folder / "prod.yaml").endpoints
    assert endpoint.monitor
    return endpoint.monitor


def test_a_place_for_reports_is_enough(tmp_path: Path) -> None:
    _write(tmp_path)
    found = _monitor(tmp_path)
    assert (found.every, found.instance, found.max_runtime, found.volume_gb) == (86_400, "ml.m5.large", 3_600, 20)
    assert found.image == AWSS
    assert found.statistics == (tmp_path / "usual" / "statistics.json").read_text()
    assert found.constraints == ""


def test_an_image_of_ones_own_is_kept(tmp_path: Path) -> None:
    _write(tmp_path)
    own = AWSS.replace("analyzer", "of-ours")
    assert _monitor(tmp_path, TEXT.replace("/all}", f"/all, image: {own}}}")).image == own


def test_constraints_beside_the_baseline_come_with_it(tmp_path: Path) -> None:
    _write(tmp_path, '{"version": 0.0}')
    assert _monitor(tmp_path).constraints == '{"version": 0.0}'


def test_constraints_that_are_none_are_told(tmp_path: Path) -> None:
    _write(tmp_path, "{")
    said = refusal(tmp_path, TEXT)
    assert (
        "endpoints.mortgage.baseline: usual/statistics.json\n  has a constraints.json beside it that cannot" in said
    )
    assert "fix: take it away" in said
    (tmp_path / "usual" / "constraints.json").write_bytes(b"\xff")
    assert "cannot be read" in refusal(tmp_path, TEXT)


def test_where_aws_has_no_analyzer_one_must_be_named() -> None:
    elsewhere = replace(
        environment(replace(MONITORED, monitor=replace(MONITOR, image=None))), region="ap-southeast-4"
    )
    (found,) = analyzers_are_reachable(elsewhere)
    assert found.at == ("endpoints", "mortgage", "monitor", "image")
    assert "knows no analyzer of ap-southeast-4" in found.problem
    assert found.fix.endswith("/sagemaker-model-monitor-analyzer")
    assert not list(analyzers_are_reachable(replace(elsewhere, region="eu-west-1")))
    assert not list(analyzers_are_reachable(replace(elsewhere, region="nowhere")))  # another rule's affair


def test_without_a_monitor_nothing_is_read_or_captured_otherwise(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").write_text(PROGRESSIVE, encoding="utf-8")
    (endpoint,) = load(tmp_path / "prod.yaml").endpoints
    assert endpoint.monitor is None
    assert shape(replace(MONITORED, monitor=None)) != shape(MONITORED)
    assert shape(MONITORED) == shape(replace(MONITORED, monitor=replace(MONITOR, every=3_600)))


@pytest.mark.parametrize(
    ("every", "cron"),
    [
        (3_600, "cron(0 * ? * * *)"),
        (7_200, "cron(0 0/2 ? * * *)"),
        (43_200, "cron(0 0/12 ? * * *)"),
        (86_400, "cron(0 0 ? * * *)"),
    ],
)
def test_a_schedule_is_one_of_the_forms_that_aws_takes(every: int, cron: str) -> None:
    assert monitored.cron(every) == cron


def _grants(endpoint: Endpoint) -> dict[str, Any]:
    statements = monitored.policy(PLACE, endpoint)["Statement"]
    return {action: (each["Resource"], each.get("Condition")) for each in statements for action in each["Action"]}


def test_the_role_reads_captures_and_baseline_and_writes_reports_and_nothing_else() -> None:
    digest = next(iter(monitored.files(MONITORED))).split("/")[-2]
    put = ["arn:aws:s3:::monitors/all/mortgage/reports/*"]
    read = [
        "arn:aws:s3:::captures/here/mortgage/*",
        f"arn:aws:s3:::monitors/all/mortgage/baseline/{digest}/constraints.json",
        f"arn:aws:s3:::monitors/all/mortgage/baseline/{digest}/statistics.json",
    ]
    logs = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/ProcessingJobs:*"]
    image = ["arn:aws:ecr:eu-west-1:468650794304:repository/sagemaker-model-monitor-analyzer"]
    found = _grants(MONITORED)
    namespaces = found["cloudwatch:PutMetricData"][1]["StringEquals"].pop("cloudwatch:namespace")
    assert all(name.lstrip("/").startswith("aws/sagemaker/Endpoint") for name in namespaces)
    assert found == {
        "s3:GetObject": (read, None),
        "s3:ListBucket": (["arn:aws:s3:::captures", "arn:aws:s3:::monitors"], None),
        "s3:PutObject": (put, None),
        "s3:AbortMultipartUpload": (put, None),
        "cloudwatch:PutMetricData": (["*"], {"StringEquals": {}}),
        **{f"logs:{each}": (logs, None) for each in ("CreateLogGroup", "CreateLogStream", "PutLogEvents")},
        "logs:DescribeLogStreams": (logs, None),
        "ecr:GetAuthorizationToken": (["*"], None),
        "ecr:BatchCheckLayerAvailability": (image, None),
        "ecr:BatchGetImage": (image, None),
        "ecr:GetDownloadUrlForLayer": (image, None),
    }


def test_with_a_key_the_role_may_use_it_and_hand_it_on_to_the_volume() -> None:
    keyed = replace(MONITORED, kms_key=KEY)
    found = {action: grant for action, grant in _grants(keyed).items() if action.startswith("kms:")}
    for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    plain = {"kms:Decrypt": ([KEY], None), "kms:GenerateDataKey": ([KEY], None)}
    assert found == plain | {"kms:CreateGrant": ([KEY], for_aws)}
    local = replace(keyed, monitor=replace(MONITOR, instance="ml.m5d.large"))
    assert "kms:CreateGrant" not in _grants(local)
    assert monitored.definition(local)["job_resources"]["cluster_config"]["volume_kms_key_id"] is None


@pytest.mark.parametrize(
    "changed",
    [
        replace(MONITORED, monitor=replace(MONITOR, statistics='{"features": []}')),
        replace(MONITORED, monitor=replace(MONITOR, constraints="")),
        replace(MONITORED, monitor=replace(MONITOR, volume_gb=40)),
        replace(MONITORED, kms_key=KEY),
    ],
)
def test_whatever_a_job_is_told_is_in_its_name(changed: Endpoint) -> None:
    assert monitored.definition_name("test", changed) != monitored.definition_name("test", MONITORED)


def test_a_schedule_alone_is_no_other_job() -> None:
    hourly = replace(MONITORED, monitor=replace(MONITOR, every=3_600))
    assert monitored.definition_name("test", hourly) == monitored.definition_name("test", MONITORED)


def test_names_are_as_long_as_aws_takes_them() -> None:
    long = replace(MONITORED, name="e" * 62 + "1")
    assert len(monitored.definition_name("test", long)) == 63
    assert len(monitored.role_name("e" * 20, long.name)) == 64


def test_what_is_not_monitored_has_no_job() -> None:
    with pytest.raises(ValueError, match="no monitor"):
        monitored.definition(ENDPOINT)
