"""SQL for captured bodies: decoded, told apart by their format, cut into one piece per row.

What counts as CSV, JSON and JSON lines, and which lists hold one element per row, is what
`lambdas.rollout.shadow.bodies` and `answers` say: the shadow's comparison and the lake read the same traffic.
"""

from collections.abc import Sequence

from lake.text import literal, pointer

ROW_KEYS = ("instances", "inputs", "rows")
"""Keys of a request's object under which a list holds one element per row."""
ANSWER_KEYS = ("predictions", "outputs", "results")
"""Keys of an answer's object under which a list holds one answer per row."""


def form(content_type: str, encoding: str) -> str:
    """SQL for a body's format: ``CSV``, ``JSON``, ``LINES``, or NULL where it is none of them."""
    media = f"lower(trim(split_part({content_type}, ';', 1)))"
    return (
        # As nearly everybody writes them, first: comparing costs a sixth of taking apart.
        f"CASE WHEN {content_type} = 'application/json' THEN 'JSON' WHEN {content_type} = 'text/csv' THEN 'CSV'"
        f" WHEN {media} = 'text/csv' THEN 'CSV'"
        f" WHEN {media} = 'application/json' OR {media} LIKE '%+json' THEN 'JSON'"
        f" WHEN {media} IN ('application/jsonlines', 'application/x-jsonlines', 'application/jsonl',"
        f" 'application/x-ndjson') THEN 'LINES'"
        f" WHEN {encoding} IN ('CSV', 'JSON') THEN {encoding} END"
    )


def text(data: str, encoding: str) -> str:
    """SQL for a body as text; NULL where its base64 is none, or holds no text."""
    return f"CASE WHEN {encoding} = 'BASE64' THEN TRY(decode(from_base64({data}))) ELSE {data} END"


def lines(body: str) -> str:
    """SQL for a body's lines, without empty ones."""
    return f"list_filter(string_split(replace({body}, chr(13), chr(10)), chr(10)), lambda line: trim(line) <> '')"


def opens(document: str, bracket: str) -> str:
    """SQL for whether a document begins with a bracket; blanks and line ends may stand before it (RFC 8259)."""
    # Hardly any has them, and only then the pattern is looked for.
    return f"({document} LIKE '{bracket}%' OR regexp_matches({document}, '^\\s*\\{bracket}'))"


_CUTTING = ("'['", "chr(10)", "chr(13)")
"""What a JSON object that is more than one row has somewhere: a list, or a line's end."""


def pieces(body: str, kind: str, keys: Sequence[str]) -> str:
    """SQL for one text per row of a body: a CSV's lines, or JSON documents; NULL where its kind is.

    A JSON object is one row, unless it has a list under one of ``keys``. JSON that is no one document is read line by
    line, for there are clients that send JSON lines as ``application/json``.
    """
    listed = [
        f"WHEN strpos({body}, {literal(chr(34) + key + chr(34))}) > 0"
        f" AND TRY(CAST(json_extract({body}, {literal(pointer(key))}) AS VARCHAR)) LIKE '[%'"
        f" THEN {_elements(body, pointer(key))}"
        for key in keys
    ]
    # As nearly everybody asks, first: to look for a list and a line's end costs less than to parse.
    plain = f"{body} LIKE '{{%' AND {' AND '.join(f'strpos({body}, {sign}) = 0' for sign in _CUTTING)}"
    return (
        f"CASE WHEN {kind} = 'JSON' AND {plain} THEN [{body}] WHEN {kind} = 'JSON' THEN COALESCE("
        f"CASE WHEN strpos({body}, '[') = 0 THEN NULL WHEN {opens(body, '[')} THEN {_elements(body, '$')}"
        f" {' '.join(listed)} END, CASE WHEN json_valid({body}) THEN [{body}] END, {lines(body)})"
        f" WHEN {kind} IS NOT NULL THEN {lines(body)} END"
    )


def _elements(body: str, path: str) -> str:
    """SQL for the elements of a JSON list, as texts."""
    found = f"TRY(CAST(json_extract({body}, {literal(path)}) AS JSON[]))"
    return f"list_transform({found}, lambda element: CAST(CAST(element AS JSON) AS VARCHAR))"


def csv_cells(line: str) -> str:
    """SQL for a CSV line's cells; NULL where its quotes do not pair (RFC 4180)."""
    found = f'regexp_extract_all(\',\' || {line}, \',("(?:[^"]|"")*"|[^,"]*)\', 1)'
    unquoted = (
        f"list_transform({found}, lambda cell: CASE WHEN cell LIKE '\"%'"
        f" THEN replace(substr(cell, 2, length(cell) - 2), '\"\"', '\"') ELSE cell END)"
    )
    # What the pattern did not take would be missing in what it took, written as a line again.
    return (
        f"CASE WHEN strpos({line}, '\"') = 0 THEN string_split({line}, ',')"
        f" WHEN array_to_string({found}, ',') = {line} THEN {unquoted} END"
    )


def json_cells(document: str, keys: Sequence[str]) -> str:
    """SQL for an object's values under the keys, as texts; NULL where it is no object.

    A list has its values by position, if it is as long as ``keys``: the columns' order is a CSV's.
    """
    by_key = f"TRY(json_extract_string({document}, [{', '.join(literal(pointer(key)) for key in keys)}]))"
    by_place = f"TRY(json_extract_string({document}, [{', '.join(literal(f'$[{i}]') for i in range(len(keys)))}]))"
    whole = f"TRY(json_array_length({document})) = {len(keys)}"
    return (
        f"CASE WHEN {opens(document, '{')} THEN {by_key} WHEN {opens(document, '[')} AND {whole} THEN {by_place} END"
    )
