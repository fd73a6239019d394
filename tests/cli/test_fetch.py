"""`--fetch`: what lies in S3 is read as copies are, the hours that are asked for and no others."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from cli.exits import Exit
from tests.cli.captures import CLASSES, drawn, environment, laid
from tests.cli.terminal import Said, serinus
from tests.fakes import FakeWorld
from tests.lake.world import capture, captured, side, told, truth
from tests.rounded import rounded

if TYPE_CHECKING:
    from cli.story import Story
    from tests.cli import histories
    from tests.conftest import Sandbox

FILE = """\
account: "123456789012"
region: eu-west-1
state: {s3: {bucket: serinus-state}}
endpoints:
  credit:
    instance: {type: ml.m5.large, count: 1}
    stable: {version: v1, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/credit:1"}
    rollout: {mode: native, strategy: all_at_once}
"""
DATA = """\
    capture: {to: s3://BUCKET/captured/prod}
    schema:
      columns: {income: number}
      predicted: {label: column 1, positive: "1"}
      ground_truth: s3://BUCKET/truths
"""
HOURS = "--since", "2026-11-21T09:00:00Z", "--until", "2026-11-21T10:00:00Z"


class Disk(NamedTuple):
    total: int
    used: int
    free: int


class Stored:
    """An endpoint's captures and truths in S3, and the same files here."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.bucket, self.s3, self.folder = sandbox.name("captures"), sandbox.client("s3"), folder
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        (folder / "prod.yaml").write_text(FILE + DATA.replace("BUCKET", self.bucket), encoding="utf-8")

    def put(self, *, hour: str = "2026/11/21/09", variant: str = "stable") -> None:
        at = f"{hour[:10].replace('/', '-')}T{hour[11:]}:40:12Z"
        ids = [f"{variant}-{hour}-{number}" for number in range(4)]
        lines = [capture(side("7"), side("1"), each, at) for each in ids]
        captured(self.folder, lines, variant, hour)
        told(self.folder, [truth(each, "1") for each in ids], f"credit/{hour}", f"{variant}.jsonl")
        self.upload()

    def upload(self) -> None:
        for kind, prefix in (("captures", "captured/prod/"), ("truths", "truths/")):
            for path in (self.folder / kind).rglob("*.jsonl"):
                self.s3.upload_file(str(path), self.bucket, prefix + str(path.relative_to(self.folder / kind)))

    def quality(self, *flags: str) -> Said:
        return serinus(FakeWorld().world, "quality", "prod", *HOURS, *flags, "--json")

    @property
    def copies(self) -> list[str]:
        return ["--captures", str(self.folder / "captures"), "--truths", str(self.folder / "truths")]


@pytest.fixture
def stored(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stored:
    for name, value in (("ENDPOINT_URL", sandbox.url), ("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return Stored(sandbox, tmp_path)


def test_what_is_fetched_says_what_copies_say_and_is_gone_afterwards(
    stored: Stored, capfd: pytest.CaptureFixture[str]
) -> None:
    stored.put()
    stored.put(variant="canary")
    stored.put(hour="2026/11/21/10")
    stored.put(hour="2026/11/20/23")
    stored.s3.put_object(Bucket=stored.bucket, Key="captured/prod/credit/stable/2026/11/21/09/half.tmp", Body=b"{")
    fetched = stored.quality("--fetch")
    assert fetched.code == Exit.FINE, fetched.out
    assert "5 files, 0.0 MB: copied from S3" in capfd.readouterr().err  # 2 of captures; truths come later, too
    assert rounded(fetched.document) == rounded(stored.quality(*stored.copies).document)
    assert {each["variant"]: each["labelled"] for each in fetched.document["quality"]} == {"canary": 4, "stable": 4}
    assert list((stored.folder / "temporary").iterdir()) == []


def test_the_report_of_a_rollout_fetches_the_hours_that_it_lasted(
    stored: Stored, good: histories.Traffic, promoted: Story
) -> None:
    flags = laid(stored.folder, drawn(promoted, 40))
    stored.upload()
    truths = (
        f"      ground_truth: s3://{stored.bucket}/truths\n    capture: {{to: s3://{stored.bucket}/captured/prod}}\n"
    )
    environment(stored.folder, CLASSES + truths)

    def report(*given: str) -> Said:
        return serinus(good.fakes.world, "report", "prod", "mortgage", "--out", str(stored.folder), "--json", *given)

    fetched = report("--fetch")
    assert fetched.code == Exit.FINE, fetched.out
    assert rounded(fetched.document["quality"]) == rounded(report(*flags).document["quality"])
    assert fetched.document["quality"]["files"] > 1


@pytest.mark.parametrize("flag", ["--captures", "--truths"])
def test_copies_beside_it_are_refused(stored: Stored, flag: str) -> None:
    said = stored.quality("--fetch", flag, "here")
    assert (said.code, said.document["error"]["sentence"]) == (
        Exit.USAGE,
        f"{flag} names copies, and --fetch makes them",
    )


def test_hours_without_captures_are_told(stored: Stored) -> None:
    stored.put(hour="2026/11/21/10")
    said = stored.quality("--fetch")
    assert said.code == Exit.NOTHING
    assert said.document["error"]["sentence"] == (
        f"s3://{stored.bucket}/captured/prod/credit/ has no captures in these hours"
    )


def test_an_endpoint_that_captures_nothing_has_nothing_to_fetch(stored: Stored) -> None:
    text = (stored.folder / "prod.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if "capture:" not in line]
    (stored.folder / "prod.yaml").write_text("".join(lines), encoding="utf-8")
    said = stored.quality("--fetch")
    assert (said.code, said.document["error"]["sentence"]) == (Exit.USAGE, "credit captures nothing")


def test_a_bucket_that_is_gone_or_shut_is_told_in_awss_words(stored: Stored) -> None:
    stored.s3.delete_bucket(Bucket=stored.bucket)
    said = stored.quality("--fetch")
    assert said.code == Exit.AWS
    assert "NoSuchBucket" in said.document["error"]["sentence"]


def test_more_than_the_disk_takes_is_not_begun(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    stored.put()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(10, 10, 10))
    said = stored.quality("--fetch")
    assert said.code == Exit.USAGE
    assert "has room for 0.0 GB" in said.document["error"]["sentence"]
    assert "TMPDIR" in said.document["error"]["fix"]


def test_a_disk_that_is_full_in_the_middle_ends_in_a_sentence(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    stored.put()
    monkeypatch.setattr(Path, "mkdir", full)
    said = stored.quality("--fetch")
    assert said.code == Exit.USAGE
    assert "No space left on device" in said.document["error"]["sentence"]
