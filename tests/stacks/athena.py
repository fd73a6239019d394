"""An environment with analysis by Athena, deployed for real: its captures in S3, and copies of them here."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.quality.athena.reading import Clients
from infra.analysed import analysed
from infra.spec import Analysis, Capture
from lake.hours import Interval
from lambdas.rollout.names import captures_queue
from lambdas.rollout.quality.schema import Kind, Predicted, Schema
from tests.infra.written import write
from tests.lake.traffic import traffic
from tests.lake.world import capture as exchange
from tests.lake.world import captured, side
from tests.stacks.specs import ENDPOINT, environment
from tests.stacks.stage import IMAGES, Stage, stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVING = "test-serving"
SCHEMA = Schema(
    {"income": Kind.NUMBER, "ra'ce": Kind.CATEGORY},
    Predicted("label", "score", "denied", favourable="granted"),
    groups={"ra'ce": ("black", "white")},
    ground_truth="s3://truths/all",
)
CREDIT = replace(
    ENDPOINT,
    name="credit",
    capture=Capture("s3://captures/here", keep=30 * 86_400),
    schema=SCHEMA,
    analysis=Analysis("athena"),
)
"""Its schema has a name that no table takes as a column's."""
PLACE = analysed("test", CREDIT)
INTERVAL = Interval(datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 11, tzinfo=UTC))
HOURS = ("--since", "2026-11-21T09:00:00Z", "--until", "2026-11-21T11:00:00Z")
EXPENSIVE = ("--since", "2026-11-20T09:00:00Z", "--until", "2026-11-20T10:00:00Z")
"""An hour with more bytes than the least limit."""


@dataclass(frozen=True)
class World:
    """A deployed environment, copies of what lies in S3, and a terminal."""

    stage: Stage
    copies: Path
    environments: Path

    @property
    def clients(self) -> Clients:
        return Clients(*(self.stage.client(service) for service in ("athena", "s3", "glue")))

    def objects(self, bucket: str = "captures", prefix: str = "") -> set[str]:
        pages = self.stage.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return {each["Key"] for page in pages for each in page.get("Contents", ())}

    def tables(self) -> set[str]:
        return {
            each["Name"] for each in self.stage.client("glue").get_tables(DatabaseName="serinus_test")["TableList"]
        }

    def queries(self) -> list[Any]:
        """Describe every query so far, the first one first."""
        athena = self.stage.client("athena")
        listed = athena.list_query_executions(WorkGroup=PLACE.workgroup if PLACE else "")["QueryExecutionIds"]
        return [athena.get_query_execution(QueryExecutionId=each)["QueryExecution"] for each in reversed(listed)]

    def nothing_left(self) -> bool:
        tables = self.tables() == {"captures_credit", "truths_credit"}
        return tables and not self.objects(prefix="here/athena.results")


def _copies(folder: Path) -> None:
    """Two hours of both variants, one hour before them, and a canary's that was taken out long ago."""
    for i, variant in enumerate(("stable", "canary", "challenger-0")):
        traffic(folder, variant, seed=i, requests=150)
    body = side('{"income": 1.5, "ra\'ce": "white"}', "application/json")
    said = side('{"label": "denied", "score": 0.5}', "application/json")
    captured(folder, [exchange(body, said, "later", "2026-11-21T10:59:59Z")], "stable", "2026/11/21/10")
    captured(folder, [exchange(body, said, "before", "2026-11-21T08:59:59Z")], "stable", "2026/11/21/08")
    captured(folder, ["x" * 1_048_577] * 12, "stable", "2026/11/20/09")


def _uploaded(client: Any, folder: Path) -> None:
    for bucket, root in (("captures", "here"), ("truths", "all")):
        for path in (folder / bucket).rglob("*.jsonl"):
            client.put_object(
                Bucket=bucket, Key=f"{root}/{path.relative_to(folder / bucket)}", Body=path.read_bytes()
            )


def _make_queue(made: Stage) -> None:
    """Make the queue that hears of captures, as `control` does."""
    allowed = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**allowed, "Resource": "*"}]})
    made.client("sqs").create_queue(QueueName=captures_queue("test"), Attributes={"Policy": policy})


@contextmanager
def deployed(folder: Path) -> Iterator[World]:
    """Deploy it in a sandbox of its own, with files in both places."""
    with stage(folder, IMAGES, provisioning="0.1") as made:
        made.make_buckets("captures", "truths")
        made.make_ledger()
        _make_queue(made)
        made.terraform.synth(environment(CREDIT))
        made.terraform.init(SERVING)
        made.terraform.applied(SERVING)
        _copies(folder / "copies")
        _uploaded(made.client("s3"), folder / "copies")
        environments = folder / "files"
        environments.mkdir()
        write(environment(CREDIT), environments)
        yield World(made, folder / "copies", environments)
