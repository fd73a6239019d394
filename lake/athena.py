"""The lake's queries as Athena's SQL: transpiled by sqlglot, with the few things that it does not know.

Source: Amazon Athena user guide, "Functions in Amazon Athena" (engine version 3 follows Trino), and Trino's pages on
JSON, array and aggregate functions. What differs from DuckDB stays: quantiles are approximate there
(``approx_percentile``), bytes that are no UTF-8 become replacement characters, an object or list where a category
belongs is missing there and its JSON text here, and of truths of one hour, one file and one id the least text is the
first, for Athena does not number lines.
"""

from collections.abc import Sequence

import sqlglot
from sqlglot import exp

from lake import engine, sources
from lake.hours import Interval
from lake.rows import Step
from lake.sources import Tables
from lake.text import OWN, identifier, names
from lambdas.rollout.quality.schema import Schema

_PART = 8_192
"""Rows of a request that are counted together."""


def read(schema: Schema, tables: Tables, interval: Interval) -> str:
    """Write the one query that reads an interval's files: each answered row, with what is known of its truth.

    Columns are ``c1``, ``c2``...: a table that a query makes takes no name with a special character in it (Athena
    user guide, "Considerations and limitations for CTAS queries").
    """
    chain = engine.steps(schema, sources.partitioned(tables, interval, schema.window))
    columns = ", ".join(f"{identifier(name)} AS c{i}" for i, name in enumerate(_columns(schema), 1))
    return _whole(chain, f"SELECT {columns} FROM joined{engine.within(interval)}")


def kept(schema: Schema, tables: Tables, interval: Interval, name: str) -> str:
    """Write what makes a table of `read`'s rows; without a place of its own, for the workgroup names it."""
    made = f"CREATE TABLE {identifier(name)} WITH (format = 'PARQUET', write_compression = 'SNAPPY')"
    return f"{made} AS {read(schema, tables, interval)}"


def asked(schema: Schema, name: str, select: str) -> str:
    """Write a question over ``rows``, ``labelled`` or ``faulty``, of the table that `kept` makes."""
    columns = ", ".join(f"c{i} AS {identifier(column)}" for i, column in enumerate(_columns(schema), 1))
    return _whole([("joined", f"SELECT {columns} FROM {identifier(name)}"), *engine.VIEWS], select)


def _columns(schema: Schema) -> list[str]:
    return [*OWN, *names(schema).values()]


def _whole(steps: Sequence[Step], select: str) -> str:
    """Put steps before a question that may have steps of its own; those that it does not need are left out."""
    question = sqlglot.parse_one(select, read="duckdb")
    if not isinstance(question, exp.Query):
        raise TypeError("a question is a SELECT")
    own = question.args.pop("with_", None)
    named = [*steps, *((each.alias, each.this.sql("duckdb")) for each in (own.expressions if own else []))]
    needed = _needed(named, question)
    for name, body in named:
        if name in needed:
            question = question.with_(name, as_=body, dialect="duckdb")
    return translated(question)


def _needed(steps: Sequence[Step], question: exp.Expr) -> set[str]:
    needed = _tables(question)
    for name, body in reversed(steps):
        if name in needed:
            needed |= _tables(sqlglot.parse_one(body, read="duckdb"))
    return needed


def _tables(query: exp.Expr) -> set[str]:
    return {table.name for table in query.find_all(exp.Table)}


def translated(query: exp.Expr) -> str:
    """Write a query of DuckDB's as Athena's."""
    return query.transform(_unnested).transform(_known).sql("athena", identify=True)


def _unnested(node: exp.Expr) -> exp.Expr:
    """Make an ``unnest`` among the columns a join, as Athena has it."""
    if not isinstance(node, exp.Select):
        return node
    for column in list(node.expressions):
        if isinstance(column, exp.Alias) and isinstance(column.this, exp.Explode | exp.Unnest):
            inner = column.this
            series = _counted(inner.this if isinstance(inner, exp.Explode) else inner.expressions[0])
            alias = exp.TableAlias(this=exp.to_identifier("counted"), columns=[exp.to_identifier(column.alias)])
            column.pop()
            node = node.join(exp.Unnest(expressions=[series], alias=alias), join_type="cross")
    return node


def _counted(series: exp.Expr) -> exp.Expr:
    """Count from 1 in parts: Trino refuses a sequence of more than 10,000, and a request may hold more rows."""
    if not isinstance(series, exp.GenerateSeries):
        return series.copy()
    end = series.args["end"].sql("athena")
    parts = f"SEQUENCE(0, CAST(FLOOR(({end} - 1) / {_PART}e0) AS BIGINT))"
    each = f"SEQUENCE(part * {_PART} + 1, LEAST({end}, (part + 1) * {_PART}))"
    return sqlglot.parse_one(f"FLATTEN(TRANSFORM({parts}, part -> {each}))", read="athena")


def _known(node: exp.Expr) -> exp.Expr:
    """Write a function that sqlglot leaves as DuckDB's."""
    if isinstance(node, exp.Cast):
        return _cast(node)
    if isinstance(node, exp.JSONExtract | exp.JSONExtractScalar):
        return _pathed(node)
    if isinstance(node, exp.PercentileCont | exp.PercentileDisc | exp.Quantile):
        return exp.ApproxQuantile(this=node.this, quantile=node.args.get("quantile") or node.expression)
    if isinstance(node, exp.Anonymous) and node.name.lower() == "json_valid":
        parsed = exp.Try(this=exp.Anonymous(this="JSON_PARSE", expressions=node.expressions))
        return exp.Not(this=exp.Is(this=parsed, expression=exp.Null()))
    return node


def _cast(node: exp.Cast) -> exp.Expr:
    """Write JSON as text by its own function, and a moment with a blank where ISO 8601, and DuckDB, have a T."""
    inner = node.this
    if isinstance(node, exp.TryCast) and node.to.is_type("timestamp", "timestampntz"):
        spaced = exp.func("replace", inner, exp.Literal.string("T"), exp.Literal.string(" "))
        return exp.TryCast(this=spaced, to=node.to)
    if node.to.is_type("varchar", "text"):
        if isinstance(inner, exp.Cast) and inner.to.is_type("json"):
            return exp.Anonymous(this="JSON_FORMAT", expressions=[inner.this])
        if isinstance(inner, exp.JSONExtract):
            return exp.Anonymous(this="JSON_FORMAT", expressions=[_pathed(inner)])
    return node


def _pathed(node: exp.Expr) -> exp.Expr:
    """Write JSON pointers as JSON paths, and several at once as a list of extractions."""
    paths = node.expression
    if isinstance(paths, exp.Array):
        each = [type(node)(this=node.this.copy(), expression=_path(path)) for path in paths.expressions]
        return exp.Array(expressions=[_extraction(one) for one in each])
    return _extraction(type(node)(this=node.this, expression=_path(paths)))


def _extraction(node: exp.Expr) -> exp.Expr:
    name = "JSON_EXTRACT_SCALAR" if isinstance(node, exp.JSONExtractScalar) else "JSON_EXTRACT"
    return exp.Anonymous(this=name, expressions=[node.this, node.expression])


def _path(path: exp.Expr) -> exp.Expr:
    text = path.name if isinstance(path, exp.Literal) else path.sql("duckdb").strip("'")
    if not text.startswith("/"):
        return exp.Literal.string(text)
    key = text[1:].replace("~1", "/").replace("~0", "~").replace("\\", "\\\\").replace('"', '\\"')
    return exp.Literal.string(f'$["{key}"]')
