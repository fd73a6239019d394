"""Query executions: asynchronous, stoppable, with results as Athena returns them.

Sources: Amazon Athena API reference, StartQueryExecution, QueryExecutionStatus, GetQueryResults; user guide, "Work
with query results and recent queries" (files of results).
"""

import csv
import io
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import duckdb

from sandbox.athena import storage
from sandbox.athena.engine import Outcome, Settings, run
from sandbox.athena.refusal import FailedError, Refused
from sandbox.athena.values import text
from sandbox.backlog import BACKLOG
from sandbox.clock import now

_MOST = 1_000
"""Rows of a page."""
LONGEST = 262_144
"""Bytes of a query (user guide, "Service Quotas")."""


class Execution:
    """One query on its way: QUEUED, RUNNING, and then SUCCEEDED, FAILED or CANCELLED."""

    def __init__(self, query: str, workgroup: str, settings: Settings) -> None:
        self.query, self.workgroup, self.settings = query, workgroup, settings
        self.state, self.reason = "QUEUED", ""
        self.outcome, self.submitted, self.completed = Outcome(), now(), 0.0
        self._connection = duckdb.connect()
        self._changing = threading.Lock()

    def work(self) -> None:
        """Run it, unless it was stopped before."""
        if not self._enter("RUNNING", of="QUEUED"):
            return
        try:
            run(self.query, self.settings, self._connection, self.outcome)
            self._write()
            self._enter("SUCCEEDED", of="RUNNING")
        except FailedError as failed:
            self._end(failed.state, failed.reason)
        except Exception as error:
            self._end("FAILED", f"GENERIC_INTERNAL_ERROR: {error}")
            raise  # the sandbox's own fault, for its log
        finally:
            self._connection.close()

    def stop(self) -> None:
        """Cancel it, wherever it is; one that is over stays as it is."""
        with self._changing:
            if self.state in {"QUEUED", "RUNNING"}:
                self.state, self.reason, self.completed = "CANCELLED", "Query cancelled by user", now()
                self._connection.interrupt()

    def _enter(self, state: str, of: str) -> bool:
        with self._changing:
            if self.state != of:
                return False
            self.state, self.completed = state, now()
            return True

    def _end(self, state: str, reason: str) -> None:
        if self._enter(state, of="RUNNING"):
            self.reason = reason

    @property
    def location(self) -> str:
        """The S3 URI of the file, or of the folder, with what came of it."""
        output, identity = self.settings.output, self.settings.identity
        return f"{output}{identity}.csv" if self.outcome.columns else f"{output}tables/{identity}/"

    def _write(self) -> None:
        """Write the results' file, its description, and what a table was written into."""
        output, identity = self.settings.output, self.settings.identity
        if not self.outcome.columns:
            paths = "".join(f"{each.uri}\n" for each in storage.listed(self.location))
            storage.put(f"{output}tables/{identity}-manifest.csv", paths.encode())
            return
        file = io.StringIO()
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(self._texts())
        storage.put(self.location, file.getvalue().encode())
        storage.put(f"{self.location}.metadata", repr(self.outcome.columns).encode())

    def _texts(self) -> Iterator[list[str | None]]:
        """Yield the header, and each row."""
        if self.outcome.columns:
            yield [name for name, _ in self.outcome.columns]
        yield from ([text(value) for value in row] for row in self.outcome.rows)

    def described(self) -> dict[str, Any]:
        """Describe it as GetQueryExecution does."""
        status: dict[str, Any] = {"State": self.state, "SubmissionDateTime": self.submitted}
        if self.state not in {"QUEUED", "RUNNING"}:
            status["CompletionDateTime"] = self.completed
        if self.reason:
            status |= {"StateChangeReason": self.reason, "AthenaError": {"ErrorMessage": self.reason}}
        return {
            "QueryExecutionId": self.settings.identity,
            "Query": self.query,
            "StatementType": "DDL" if self.query.lstrip().upper().startswith("CREATE") else "DML",
            "ResultConfiguration": {"OutputLocation": self.location},
            "QueryExecutionContext": {"Database": self.settings.database},
            "Status": status,
            "Statistics": {"DataScannedInBytes": self.outcome.scanned},
            "WorkGroup": self.workgroup,
        }

    def page(self, token: str | None, most: int | None) -> dict[str, Any]:
        """Return a page of results, the header first; raises Refused where there are none yet, or none at all."""
        if self.state != "SUCCEEDED":
            words = "has not yet finished" if self.state in {"QUEUED", "RUNNING"} else "did not finish successfully"
            raise Refused(f"Query {words}. Final query state: {self.state}")
        first, last = int(token or 0), int(token or 0) + (most or _MOST)
        every = list(self._texts())
        rows = [
            {"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in every[first:last]
        ]
        info = [{"Name": name, "Label": name, "Type": kind} for name, kind in self.outcome.columns]
        answer: dict[str, Any] = {"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": info}}}
        return answer | ({"NextToken": str(last)} if last < len(every) else {})


_executions: dict[str, Execution] = {}


def begin(query: str, database: str, workgroup: str, configuration: dict[str, Any], asked: str | None) -> str:
    """Begin a query; ``asked`` is the client's place of results, which an enforced workgroup's overrides."""
    enforced = bool(configuration.get("EnforceWorkGroupConfiguration"))
    own = (configuration.get("ResultConfiguration") or {}).get("OutputLocation")
    output = own if enforced else asked or own
    if not output:
        raise Refused("No output location provided, neither by the workgroup nor by the client.")
    if not storage.is_there(output):
        raise Refused(f"Unable to verify/create output bucket {output.removeprefix('s3://').partition('/')[0]}")
    if len(query.encode()) > LONGEST:
        raise Refused(f"Query string length must be at most {LONGEST} bytes")
    limit = configuration.get("BytesScannedCutoffPerQuery")
    settings = Settings(str(uuid.uuid4()), database, output.rstrip("/") + "/", enforced, limit)
    execution = _executions[settings.identity] = Execution(query, workgroup, settings)
    BACKLOG.add(execution.work)
    return settings.identity


def find(identity: str) -> Execution:
    """Find an execution; raises Refused."""
    if identity not in _executions:
        raise Refused(f"QueryExecution {identity} was not found")
    return _executions[identity]


def of(workgroup: str) -> list[str]:
    """List a workgroup's executions, the newest first."""
    return [identity for identity, each in reversed(_executions.items()) if each.workgroup == workgroup]


def workgroup_of(identity: str) -> str | None:
    """Name the workgroup of an execution, which IAM is asked for; None where there is no such execution."""
    return _executions[identity].workgroup if identity in _executions else None
