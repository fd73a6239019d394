"""Queries of one workgroup: begun, waited for, read, stopped; what fails is told in a sentence."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from cli.exits import Exit, RefusedError
from cli.quality.athena.values import records
from infra.analysed import Analysed
from lake.engine import Record

LONGEST = 262_144
"""Bytes of a query (Amazon Athena user guide, "Service Quotas")."""
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0
"""Seconds between two looks: Athena tells nobody when a query is over, but for EventBridge."""
_OVER = {"SUCCEEDED", "FAILED", "CANCELLED"}


@dataclass(slots=True)
class Queries:
    """An Athena client and where it asks; ``begun`` has the ids of all queries, ``scanned`` the bytes they read.

    ``progress`` is told of each query that has succeeded, by a sentence.
    """

    client: Any
    place: Analysed
    progress: Callable[[str], object] = str
    begun: list[str] = field(default_factory=list)
    scanned: int = 0

    def run(self, text: str) -> str:
        """Run a query to its end and return its id; raises RefusedError where it did not succeed."""
        if (size := len(text.encode())) > LONGEST:
            sentence = f"a question of {size:,} bytes is longer than the {LONGEST:,} that Athena takes"
            fix = (
                "ask with fewer columns in the schema, or a baseline with fewer values; or copy the captures, and use"
            )
            raise RefusedError(Exit.USAGE, sentence, f"{fix} --captures")
        identity = self._begin(text)
        self.begun.append(identity)
        try:
            found = self._end(identity)
        except BaseException:
            self._stop(identity)
            raise
        self.scanned += int(found.get("Statistics", {}).get("DataScannedInBytes", 0))
        if found["Status"]["State"] != "SUCCEEDED":
            raise _refused(found["Status"].get("StateChangeReason", ""), self.place)
        self.progress(f"{len(self.begun)} queries, {self.scanned / 1e6:,.1f} MB")
        return identity

    def records(self, identity: str) -> list[Record]:
        """Read what a query answered, typed."""
        pages = list(self._pages(identity))
        columns = pages[0]["ResultSetMetadata"]["ColumnInfo"]
        rows = [row for page in pages for row in page["Rows"]]
        return records(columns, rows[1:])  # the first one is the header

    def _begin(self, text: str) -> str:
        try:
            begun = self.client.start_query_execution(
                QueryString=text,
                QueryExecutionContext={"Database": self.place.database},
                WorkGroup=self.place.workgroup,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRequestException":
                raise _refused(error.response["Error"]["Message"], self.place) from error
            raise
        return str(begun["QueryExecutionId"])

    def _end(self, identity: str) -> Any:
        wait = _FIRST_WAIT
        while True:
            found = self.client.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
            if found["Status"]["State"] in _OVER:
                return found
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    def _stop(self, identity: str) -> None:
        """Stop what nobody waits for any more, and see it end: until then it may write."""
        self.client.stop_query_execution(QueryExecutionId=identity)
        self._end(identity)

    def _pages(self, identity: str) -> Iterator[Any]:
        pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=identity)
        return (page["ResultSet"] for page in pages)


def _refused(reason: str, place: Analysed) -> RefusedError:
    """Say what a query failed of."""
    said = reason.lower()
    if "bytes scanned limit" in said:
        sentence = f"Athena stopped the query: it reads more than workgroup {place.workgroup} lets a query read"
        return RefusedError(Exit.AWS, sentence, "ask for fewer hours, or raise `limit` under `analysis` and deploy")
    if "table_not_found" in said or "schema_not_found" in said or "is not found" in said:
        sentence = f"Athena has no such tables or workgroup: {reason}"
        return RefusedError(Exit.AWS, sentence, "deploy the environment's serving stack first")
    if "access denied" in said or "not authorized" in said or "insufficient permissions" in said:
        fix = "take a role that may do this: docs/cli.md lists the permissions of each command"
        return RefusedError(Exit.AWS, f"Athena may not read or write for you: {reason}", fix)
    return RefusedError(Exit.AWS, f"Athena did not answer: {reason}")
