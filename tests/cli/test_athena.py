"""Athena as the command line asks it: values typed, failures told in a sentence, nothing left running."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.exits import Exit, RefusedError
from cli.quality.athena.queries import Queries
from cli.quality.athena.values import records
from infra.analysed import analysed
from tests.infra.test_analysed import ANALYSED


def _columns(**kinds: str) -> list[dict[str, str]]:
    return [{"Name": name, "Type": kind} for name, kind in kinds.items()]


def _row(*texts: str | None) -> dict[str, Any]:
    return {"Data": [{} if text is None else {"VarCharValue": text} for text in texts]}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("integer", "-1", -1),
        ("bigint", "9223372036854775807", 2**63 - 1),
        ("double", "1.0E10", 1e10),
        ("double", "0.1", 0.1),
        ("decimal", "1.50", Decimal("1.50")),
        ("timestamp", "2026-11-21 09:40:12.000", datetime.fromisoformat("2026-11-21T09:40:12")),
        ("varchar", "", ""),
        ("varchar", "null", "null"),
        ("array", "[1.5, null, 1.0E10]", [1.5, None, 1e10]),
    ],
)
def test_texts_are_values_by_their_columns_types(kind: str, text: str, value: Any) -> None:
    found = records(_columns(one=kind, other=kind), [_row(text, None)])
    assert found == [{"one": value, "other": None}]
    assert type(found[0]["one"]) is type(value)


def test_a_type_that_no_question_asks_for_is_refused() -> None:
    with pytest.raises(ValueError, match="answers with map, which"):
        records(_columns(one="map"), [])


@dataclass
class Fake:
    """An Athena whose queries end as they are told to, the first one after the others."""

    states: list[tuple[str, str]]
    refuses: str = ""
    interrupted: bool = False
    stopped: list[str] = field(default_factory=list)
    looks: int = 0

    def start_query_execution(self, **asked: Any) -> Any:
        assert asked["WorkGroup"] == "serinus-prod-Credit-EU"
        assert asked["QueryExecutionContext"] == {"Database": "serinus_prod"}
        if self.refuses:
            error = {"Error": {"Code": self.refuses, "Message": "WorkGroup x is not found."}}
            raise ClientError(error, "StartQueryExecution")  # type: ignore[arg-type] # as botocore makes it
        return {"QueryExecutionId": "one"}

    def get_query_execution(self, **asked: Any) -> Any:
        assert asked == {"QueryExecutionId": "one"}
        self.looks += 1
        if self.interrupted:
            self.interrupted = False
            raise KeyboardInterrupt
        state, reason = self.states.pop(0)
        status = {"State": state, **({"StateChangeReason": reason} if reason else {})}
        return {"QueryExecution": {"Status": status, "Statistics": {"DataScannedInBytes": 7}}}

    def stop_query_execution(self, **asked: Any) -> None:
        self.stopped.append(asked["QueryExecutionId"])


def _queries(fake: Fake) -> Queries:
    place = analysed("prod", ANALYSED)
    assert place
    return Queries(fake, place)


def test_a_query_is_waited_for_and_what_it_read_is_added_up() -> None:
    fake, told = Fake([("QUEUED", ""), ("RUNNING", ""), ("SUCCEEDED", ""), ("SUCCEEDED", "")]), list[str]()
    queries = _queries(fake)
    queries.progress = told.append
    assert [queries.run("SELECT 1"), queries.run("SELECT 2")] == ["one", "one"]
    assert (queries.scanned, queries.begun, fake.stopped) == (14, ["one", "one"], [])
    assert told == ["1 queries, 0.0 MB", "2 queries, 0.0 MB"]


@pytest.mark.parametrize(
    ("state", "reason", "said", "fix"),
    [
        ("CANCELLED", "Bytes scanned limit was exceeded", "reads more than workgroup", "raise `limit`"),
        ("FAILED", "TABLE_NOT_FOUND: line 1:8: Table 'a.b.c' does not exist", "no such tables", "deploy"),
        ("FAILED", "SCHEMA_NOT_FOUND: line 1:8: Schema 'b' does not exist", "no such tables", "deploy"),
        ("FAILED", "Access Denied (Service: Amazon S3; Status Code: 403)", "may not read or write", "docs/cli.md"),
        ("FAILED", "Insufficient permissions to execute the query.", "may not read or write", "docs/cli.md"),
        ("FAILED", "GENERIC_INTERNAL_ERROR: x", "did not answer: GENERIC_INTERNAL_ERROR: x", ""),
    ],
)
def test_what_a_query_failed_of_is_told_in_a_sentence(state: str, reason: str, said: str, fix: str) -> None:
    with pytest.raises(RefusedError, match=said) as caught:
        _queries(Fake([("RUNNING", ""), (state, reason)])).run("SELECT 1")
    assert caught.value.code == Exit.AWS
    assert fix in caught.value.fix


def test_a_workgroup_that_is_not_there_is_told_and_other_refusals_are_awss_own() -> None:
    with pytest.raises(RefusedError, match="no such tables or workgroup"):
        _queries(Fake([], refuses="InvalidRequestException")).run("SELECT 1")
    with pytest.raises(ClientError):
        _queries(Fake([], refuses="AccessDeniedException")).run("SELECT 1")


def test_what_nobody_waits_for_any_more_is_stopped_and_seen_to_end() -> None:
    fake = Fake([("RUNNING", ""), ("CANCELLED", "")], interrupted=True)
    with pytest.raises(KeyboardInterrupt):
        _queries(fake).run("SELECT 1")
    assert fake.stopped == ["one"]
    assert fake.looks == 3


def test_a_query_that_athena_does_not_take_is_not_begun() -> None:
    queries = _queries(Fake([]))
    with pytest.raises(RefusedError, match="longer than the 262,144"):
        queries.run("x" * 262_145)
    assert queries.begun == []
