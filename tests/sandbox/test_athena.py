"""Athena in the sandbox: queries run over the objects in S3, by the tables in Glue, as AWS's do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.roles import Grant, role
from tests.sandbox.test_iam import arn, as_role, refusal

if TYPE_CHECKING:
    from tests.conftest import Sandbox

HOURS = {"projection.hour.type": "enum", "projection.hour.values": "00,09,10"}
LINE = {"Captured": {"Text": "a", "Number": 1}, "at": "2026-11-21 09:00:00"}


class Lake:
    """A bucket, a database with one projected table, and a workgroup; each test has its own."""

    def __init__(self, sandbox: Sandbox, **configuration: Any) -> None:
        self.sandbox, self.name = sandbox, sandbox.name("lake").replace("-", "")
        self.athena, self.s3, self.glue = (sandbox.client(each) for each in ("athena", "s3", "glue"))
        place = {"LocationConstraint": "eu-west-1"}
        self.s3.create_bucket(Bucket=self.name, CreateBucketConfiguration=place)
        self.glue.create_database(DatabaseInput={"Name": self.name})
        self.table()
        results = {"OutputLocation": f"s3://{self.name}/results"}
        self.athena.create_work_group(
            Name=self.name,
            Configuration={"EnforceWorkGroupConfiguration": True, "ResultConfiguration": results, **configuration},
        )

    def table(self, name: str = "told", parameters: dict[str, str] | None = None) -> None:
        columns = {"captured": "struct<text:string,number:string>", "at": "string"}
        serde = {
            "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
            "Parameters": parameters if parameters is not None else {"ignore.malformed.json": "true"},
        }
        self.glue.create_table(
            DatabaseName=self.name,
            TableInput={
                "Name": name,
                "PartitionKeys": [{"Name": each, "Type": "string"} for each in ("day", "hour")],
                "Parameters": {
                    "projection.enabled": "true",
                    "projection.day.type": "injected",
                    "storage.location.template": f"s3://{self.name}/told/${{day}}/${{hour}}/",
                    **HOURS,
                },
                "StorageDescriptor": {
                    "Location": f"s3://{self.name}/told/",
                    "Columns": [{"Name": each, "Type": kind} for each, kind in columns.items()],
                    "SerdeInfo": serde,
                },
            },
        )

    def put(self, key: str, *lines: Any) -> int:
        text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
        self.s3.put_object(Bucket=self.name, Key=f"told/{key}", Body=text.encode())
        return len(text)

    def begin(self, sql: str, client: Any = None) -> str:
        begun = (client or self.athena).start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": self.name}, WorkGroup=self.name
        )
        return str(begun["QueryExecutionId"])

    def end(self, identity: str) -> Any:
        def over() -> Any:
            found = self.athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
            return found["Status"]["State"] not in {"QUEUED", "RUNNING"} and found

        return self.sandbox.eventually(over)

    def run(self, sql: str) -> Any:
        return self.end(self.begin(sql))

    def failure(self, sql: str) -> tuple[str, str]:
        status = self.run(sql)["Status"]
        return status["State"], status.get("StateChangeReason", "")

    def rows(self, sql: str) -> list[list[str | None]]:
        found = self.run(sql)
        assert found["Status"]["State"] == "SUCCEEDED", found
        answer = self.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])["ResultSet"]["Rows"]
        return [[each.get("VarCharValue") for each in row["Data"]] for row in answer]

    def keys(self, prefix: str) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix).get("Contents", ())
        return [each["Key"] for each in listed]


def test_answers_are_texts_with_types_and_the_header_comes_first(sandbox: Sandbox) -> None:
    lake = Lake(sandbox)
    lake.put("2026/11/21/09/a.jsonl", LINE)
    found = lake.run(
        "SELECT captured.text AS word, 1 AS one, CAST(1e10 AS DOUBLE) AS far, ARRAY[1.5e0, NULL] AS list, NULL = 1 AS"
        " nothing, TIMESTAMP '2026-11-21 09:00:00' AS moment, 1 < 2 AS holds FROM told WHERE day = '2026/11/21'"
    )
    result = lake.athena.get_query_results(QueryExecutionId=found["QueryExecutionId"])["ResultSet"]
    names = ["word", "one", "far", "list", "nothing", "moment", "holds"]
    header, row = ([each.get("VarCharValue") for each in row["Data"]] for row in result["Rows"])
    assert header == names
    assert row == ["a", "1", "1.0E10", "[1.5, null]", None, "2026-11-21 09:00:00.000", "true"]
    kinds = {each["Name"]: each["Type"] for each in result["ResultSetMetadata"]["ColumnInfo"]}
    expected = ["varchar", "integer", "double", "array", "boolean", "timestamp", "boolean"]
    assert kinds == dict(zip(names, expected, strict=True))
    written = found["ResultConfiguration"]["OutputLocation"].removeprefix(f"s3://{lake.name}/")
    assert lake.keys("results/") == [written, f"{written}.metadata"]
    text = lake.s3.get_object(Bucket=lake.name, Key=written)["Body"].read().decode()
    assert text.splitlines()[0] == ",".join(f'"{name}"' for name in names)


def test_results_come_in_pages_of_which_the_first_has_the_header(sandbox: Sandbox) -> None:
    lake = Lake(sandbox)
    identity = lake.run("SELECT n FROM UNNEST(SEQUENCE(1, 4)) AS t(n)")["QueryExecutionId"]
    pages = lake.athena.get_paginator("get_query_results").paginate(
        QueryExecutionId=identity, PaginationConfig={"PageSize": 2}
    )
    found = [[row["Data"][0]["VarCharValue"] for row in page["ResultSet"]["Rows"]] for page in pages]
    assert found == [["n", "1"], ["2", "3"], ["4"]]


def test_a_query_reads_the_folders_that_it_names_and_counts_their_bytes(sandbox: Sandbox) -> None:
    lake = Lake(sandbox)
    sizes = {
        key: lake.put(f"{key}/a.jsonl", LINE, LINE) for key in ("2026/11/21/09", "2026/11/21/10", "2026/11/22/09")
    }
    lake.put("2026/11/21/11/a.jsonl", LINE)  # an hour that is not among the enumerated ones
    lake.put("2026/11/21/09/_hidden.jsonl", LINE)

    def read(where: str) -> tuple[str | None, int]:
        found = lake.run(f"SELECT count(*) FROM told WHERE {where}")
        identity = found["QueryExecutionId"]
        rows = lake.athena.get_query_results(QueryExecutionId=identity)["ResultSet"]["Rows"]
        return rows[1]["Data"][0]["VarCharValue"], found["Statistics"]["DataScannedInBytes"]

    one = sizes["2026/11/21/09"]
    assert read("day = '2026/11/21'") == ("4", 2 * one)
    assert read("day IN ('2026/11/21', '2026/11/22') AND hour BETWEEN '08' AND '09'") == ("4", 2 * one)
    assert read("day = '2026/11/21' AND hour > '09'") == ("2", one)
    # A condition on more than the column itself prunes nothing.
    assert read("day = '2026/11/21' AND day || hour = '2026/11/2110'") == ("2", 2 * one)
    assert read("day = '2026/11/23'") == ("0", 0)


@pytest.mark.parametrize("where", ["", "WHERE hour = '09'", "WHERE day > '2026/11/20'", "WHERE day = hour"])
def test_a_query_that_names_no_value_of_an_injected_column_fails(sandbox: Sandbox, where: str) -> None:
    state, reason = Lake(sandbox).failure(f"SELECT count(*) FROM told {where}")
    assert state == "FAILED"
    assert reason == (
        "CONSTRAINT_VIOLATION: For the injected projected partition column day, the WHERE clause must contain only"
        " static equality conditions, and at least one such condition must be present."
    )


def test_damaged_lines_are_rows_of_nulls_where_they_are_ignored_and_fail_the_query_where_not(
    sandbox: Sandbox,
) -> None:
    lake = Lake(sandbox)
    lake.table("strict", {})
    lake.put("2026/11/21/09/a.jsonl", LINE, "{", "[1]", {"captured": 5, "at": "x"})
    asked = "SELECT captured.text, captured.number, at, hour FROM {} WHERE day = '2026/11/21' ORDER BY at"
    damaged = [None, None, None, "09"]
    assert lake.rows(asked.format("told"))[1:] == [["a", "1", LINE["at"], "09"], damaged, damaged, damaged]
    state, reason = lake.failure(asked.format("strict"))
    assert (state, reason.partition(":")[0]) == ("FAILED", "HIVE_CURSOR_ERROR")


def test_a_query_beyond_the_limit_is_cancelled(sandbox: Sandbox) -> None:
    lake = Lake(sandbox, BytesScannedCutoffPerQuery=10_000_000)
    lake.put("2026/11/21/09/a.jsonl", "x" * 10_000_001)
    where = "WHERE day = '2026/11/21'"
    found = lake.run(f"SELECT count(*) FROM told {where} AND hour = '09'")
    assert found["Status"]["State"] == "CANCELLED"
    assert found["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert found["Statistics"]["DataScannedInBytes"] == 10_000_000
    assert lake.rows(f"SELECT count(*) FROM told {where} AND hour = '10'")[1] == ["0"]
    made = lake.run(f"CREATE TABLE kept WITH (format = 'PARQUET') AS SELECT at AS c1 FROM told {where}")
    assert made["Status"]["State"] == "CANCELLED"
    assert lake.keys(f"results/tables/{made['QueryExecutionId']}/"), "what a cancelled query had written stays"


def test_a_table_of_a_querys_rows_lies_at_the_workgroups_place(sandbox: Sandbox) -> None:
    lake = Lake(sandbox)
    lake.put("2026/11/21/09/a.jsonl", LINE, LINE)
    made = lake.run(
        "CREATE TABLE kept WITH (format = 'PARQUET') AS SELECT captured.text AS c1,"
        " CAST(captured.number AS BIGINT) AS c2 FROM told WHERE day = '2026/11/21'"
    )
    identity = made["QueryExecutionId"]
    assert made["Status"]["State"] == "SUCCEEDED", made
    found = lake.glue.get_table(DatabaseName=lake.name, Name="kept")["Table"]["StorageDescriptor"]
    assert found["Location"] == f"s3://{lake.name}/results/tables/{identity}/"
    assert [(each["Name"], each["Type"]) for each in found["Columns"]] == [("c1", "string"), ("c2", "bigint")]
    assert lake.keys(f"results/tables/{identity}/")
    assert lake.rows("SELECT c1, sum(c2) FROM kept GROUP BY c1")[1] == ["a", "2"]
    assert lake.failure("CREATE TABLE kept WITH (format = 'PARQUET') AS SELECT 1 AS c1")[1].startswith(
        "TABLE_ALREADY"
    )


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "CREATE TABLE other WITH (format = 'PARQUET', external_location = 's3://a/b/') AS SELECT 1 AS c1",
            "enforces",
        ),
        ("CREATE TABLE other WITH (format = 'PARQUET') AS SELECT 1 AS \"a b\"", "special character"),
        ("SELECT * FROM nowhere", "TABLE_NOT_FOUND"),
        ("SELECT FROM WHERE", "SYNTAX_ERROR"),
        ("DROP TABLE told", "does not emulate DROP"),
    ],
)
def test_what_fails_says_why(sandbox: Sandbox, sql: str, reason: str) -> None:
    state, said = Lake(sandbox).failure(sql)
    assert state == "FAILED"
    assert reason in said


def test_calls_that_are_refused(sandbox: Sandbox) -> None:
    lake = Lake(sandbox)
    identity = lake.run("SELECT * FROM nowhere")["QueryExecutionId"]
    for call, said in (
        (lambda: lake.athena.get_query_results(QueryExecutionId=identity), "did not finish"),
        (lambda: lake.athena.get_query_execution(QueryExecutionId="none"), "not found"),
        (lambda: lake.athena.start_query_execution(QueryString="SELECT 1", WorkGroup="none"), "is not found"),
        (lambda: lake.athena.start_query_execution(QueryString="SELECT 1"), "No output location"),
        (lambda: lake.begin(f"SELECT '{'x' * 262_144}'"), "262144"),
    ):
        code, message = refusal(call)
        assert code == "InvalidRequestException"
        assert said in message


def test_a_query_that_is_stopped_is_cancelled(sandbox: Sandbox) -> None:
    lake = Lake(sandbox)
    numbers = "UNNEST(SEQUENCE(1, 100000)) AS {0}(n)"
    sql = f"SELECT sum(a.n * b.n % 7) FROM {numbers.format('a')} CROSS JOIN {numbers.format('b')}"
    identity = lake.begin(sql)
    lake.athena.stop_query_execution(QueryExecutionId=identity)
    assert lake.end(identity)["Status"]["State"] == "CANCELLED"
    assert lake.athena.list_query_executions(WorkGroup=lake.name)["QueryExecutionIds"] == [identity]


def test_a_role_asks_in_the_workgroups_that_it_may(sandbox: Sandbox) -> None:
    lake, other = Lake(sandbox), Lake(sandbox)
    actions = ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"]
    tables = [arn("glue", each) for each in (f"table/{lake.name}/told", f"database/{lake.name}", "catalog")]
    grants: list[Grant] = [(actions, [arn("athena", f"workgroup/{lake.name}")]), (["glue:DeleteTable"], tables)]
    taken = as_role(sandbox, role(sandbox, "lambda", *grants))
    identity = lake.begin("SELECT 1 AS one", taken("athena"))
    lake.end(identity)
    assert taken("athena").get_query_results(QueryExecutionId=identity)["ResultSet"]["Rows"]
    with pytest.raises(ClientError, match="AccessDenied"):
        other.begin("SELECT 1 AS one", taken("athena"))
    with pytest.raises(ClientError, match="AccessDenied"):
        taken("athena").stop_query_execution(QueryExecutionId=identity)
    with pytest.raises(ClientError, match="AccessDenied"):
        taken("glue").delete_table(DatabaseName=other.name, Name="told")
    taken("glue").delete_table(DatabaseName=lake.name, Name="told")
