"""SQL text: names and values that users chose, quoted so that they stay names and values."""

from collections.abc import Mapping

from lambdas.rollout.quality.schema import Schema

OWN = (
    "endpoint",
    "variant",
    "id",
    "at",
    "number",
    "batch",
    "asked",
    "unread",
    "label",
    "score",
    "value",
    "predicted",
    "favoured",
    "fault",
    "truth",
    "actual",
    "told",
    "earned",
    "collected",
    "doubled",
    "contradictory",
    "late",
    "unfit",
)
"""The columns of `rows` and `labelled` that are the same for every schema."""


def identifier(name: str) -> str:
    """Quote a name; raises ValueError where no engine can have it."""
    if not name or not sayable(name):
        raise ValueError(f"{name!r} is no name of a column")
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Quote a text; raises ValueError where no engine can have it."""
    if not sayable(value):
        raise ValueError(f"{value!r} is no text")
    return "'" + value.replace("'", "''") + "'"


def sayable(text: str) -> bool:
    """Whether engines can have a text in a query."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def names(schema: Schema) -> Mapping[str, str]:
    """Tell under which name `rows` has each column of a schema: its own wherever that can be.

    Engines take names that differ in case alone for one, and `rows` has columns of its own (`OWN`); a name that is
    taken gets its position in the schema, from 1: ``label (column 3)``.
    """
    taken = set(OWN)
    found = {}
    for position, column in enumerate(schema.columns, 1):
        name = column if column and column.casefold() not in taken else f"{column} (column {position})"
        while name.casefold() in taken:
            name += "'"
        taken.add(name.casefold())
        found[column] = name
    return found


def pointer(key: str) -> str:
    """Tell where a key stands in a JSON object, as a JSON pointer (RFC 6901), which holds any key."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def canonical(text: str) -> str:
    """Write a label or category as `word` does, so that both can be compared."""
    return text.strip(" ").removesuffix(".0") if _whole(text.strip(" ")) else text.strip(" ")


def _whole(text: str) -> bool:
    return text.endswith(".0") and text[:-2].removeprefix("-").isdecimal() and text.isascii()


def word(expression: str) -> str:
    """SQL for a label or category: without blanks around it, ``1.0`` as ``1``; NULL where it is empty.

    A label may be a number that one side writes as a float (SageMaker's built-in algorithms answer 1.0) and the
    other as an integer.
    """
    text = f"trim({expression})"
    whole = f"{text} LIKE '%.0' AND regexp_matches({text}, '^-?[0-9]+[.]0$')"
    return f"NULLIF(CASE WHEN {whole} THEN split_part({text}, '.', 1) ELSE {text} END, '')"


LARGEST = "1.7976931348623157e308"
"""The largest double; what is beyond is infinite, and NaN is between no two numbers (IEEE 754, and both engines)."""


def number(expression: str, least: str = f"-{LARGEST}", most: str = LARGEST) -> str:
    """SQL for a finite number, within bounds; NULL where the text is none.

    DuckDB would read 1_000 as 1000, Athena would not.
    """
    cast = f"TRY_CAST({expression} AS DOUBLE)"
    return f"CASE WHEN {cast} BETWEEN {least} AND {most} AND strpos({expression}, '_') = 0 THEN {cast} END"
