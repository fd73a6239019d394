"""`rows`: one row per answered row, typed as the schema says; what cannot be read is told apart, never guessed.

A request may hold several rows; then row i of the answer belongs to row i of the request. A CSV request with one line
more than there are answers begins with its header. A record, or a row of it, that cannot be read keeps its place with
a ``fault``, and nothing of it counts but that.
"""

from lake.bodies import ANSWER_KEYS, ROW_KEYS, csv_cells, form, json_cells, pieces, text
from lake.predicted import cells_of, needed, outcome, said
from lake.text import literal, number, word
from lambdas.rollout.quality.schema import Kind, Schema

LONGEST_ID = 64
"""Characters of an inference id (SageMaker API reference, InvokeEndpoint); event ids are shorter."""
FAULTS = ("record", "answer", "request", "batch")
"""What could not be read: the line (or its id or time), the answer, the request; or they differ in their rows."""
Step = tuple[str, str]
"""A common table expression: its name, and its query."""


def steps(schema: Schema) -> list[Step]:
    """Build what makes `rows` of ``captures`` (see `lake.sources`); raises ValueError where nothing is predicted."""
    if schema.predicted.label is None and schema.predicted.score is None:
        raise ValueError("a schema's `predicted` names a label, a score, or both")
    return [
        ("records", _records(schema)),
        ("batches", _BATCHES),
        ("cut", _CUT),
        ("split", _split(schema)),
        ("answers", _answers(schema)),
    ]


def _records(schema: Schema) -> str:
    """Decode bodies; ``at`` drops a second's fraction, and what is no moment in UTC is NULL."""
    moment = "TRY_CAST(substr(moment, 1, 19) AS TIMESTAMP)"
    asked = ["asked_data IS NOT NULL", form("asked_type", "asked_encoding"), text("asked_data", "asked_encoding")]
    if not schema.columns:
        asked = ["FALSE", "CAST(NULL AS VARCHAR)", "CAST(NULL AS VARCHAR)"]
    return (
        f"SELECT endpoint, variant, COALESCE(NULLIF(inference_id, ''), NULLIF(event_id, '')) AS id,"
        f" CASE WHEN moment LIKE '____-__-__T__:__:__%Z' THEN {moment} END AS \"at\","
        f" {asked[0]} AS asked, {asked[1]} AS asked_form, {asked[2]} AS asked_text,"
        f" {form('answer_type', 'answer_encoding')} AS answer_form,"
        f" {text('answer_data', 'answer_encoding')} AS answer_text FROM captures"
    )


_BATCHES = (
    f'SELECT endpoint, variant, id, "at", asked, asked_form, answer_form,'
    f" {pieces('asked_text', 'asked_form', ROW_KEYS)} AS asked_pieces,"
    f" {pieces('answer_text', 'answer_form', ANSWER_KEYS)} AS answer_pieces FROM records"
)


_HEADING = (
    "CASE WHEN asked_form = 'CSV' AND array_length(asked_pieces) = array_length(answer_pieces) + 1"
    " THEN asked_pieces[1] END"
)
_FITTING = "array_length(asked_pieces) = array_length(answer_pieces) OR heading IS NOT NULL"
_BROKEN = (
    f"CASE WHEN id IS NULL OR \"at\" IS NULL OR length(id) > {LONGEST_ID} THEN 'record'"
    f" WHEN COALESCE(array_length(answer_pieces), 0) = 0 THEN 'answer'"
    f" WHEN asked AND COALESCE(array_length(asked_pieces), 0) = 0 THEN 'request'"
    f" WHEN asked AND NOT ({_FITTING}) THEN 'batch' END"
)
_CUT = (
    f"SELECT *, CASE WHEN broken IS NULL THEN array_length(answer_pieces) ELSE 1 END AS batch,"
    f" CASE WHEN header IS NULL THEN 0 ELSE 1 END AS lead"
    f" FROM (SELECT *, {csv_cells('heading')} AS header, {_BROKEN} AS broken"
    f" FROM (SELECT *, {_HEADING} AS heading FROM batches) AS begun) AS whole"
)
"""Records are judged as wholes, and have as many rows as answers; a broken one has a single row."""


def _split(schema: Schema) -> str:
    """Take each row's piece of the request and of the answer, and cut both into cells.

    No piece is NULL for a record that is not broken: positions beyond an array's end are never asked for.
    """
    asked = "CASE WHEN broken IS NULL AND asked THEN asked_pieces[number + lead] END"
    answer = "CASE WHEN broken IS NULL THEN answer_pieces[number] END"
    columns = 'endpoint, variant, id, "at", asked, asked_form, answer_form, header, broken, batch, number'
    # In the list of columns, not as a lateral join, which DuckDB plans as a join of the records with themselves.
    exploded = "SELECT *, unnest(generate_series(1, batch)) AS number FROM cut"
    taken = f"SELECT {columns}, {asked} AS asked_piece, {answer} AS answer_piece FROM ({exploded}) AS exploded"
    lines = ", ".join(
        f"CASE WHEN {side}_form = 'CSV' THEN {csv_cells(f'{side}_piece')} END AS {side}_line"
        for side in ("asked", "answer")
    )
    lined = f"SELECT *, {lines} FROM ({taken}) AS taken"
    cells = _asked_cells(schema)
    return f"SELECT {columns}, {cells} AS cells, {cells_of(schema.predicted)} AS said FROM ({lined}) AS lined"


def _asked_cells(schema: Schema) -> str:
    """SQL for a request's cells in the schema's order; NULL where the row is not as the schema says."""
    if not schema.columns:
        return "CAST(NULL AS VARCHAR[])"
    places = ", ".join(f"array_position(header, {literal(column)})" for column in schema.columns)
    placed = f"list_transform([{places}], lambda place: asked_line[place])"
    known = " AND ".join(f"array_position(header, {literal(column)}) > 0" for column in schema.columns)
    return (
        f"CASE WHEN asked_form <> 'CSV' THEN {json_cells('asked_piece', list(schema.columns))}"
        f" WHEN header IS NULL THEN CASE WHEN array_length(asked_line) = {len(schema.columns)} THEN asked_line END"
        f" WHEN array_length(asked_line) = array_length(header) AND {known} THEN {placed} END"
    )


def feature(position: int) -> str:
    """Name a schema's column, from 1, within the steps: its own name may be one that the steps use."""
    return f"feature_{position}"


def _answers(schema: Schema) -> str:
    """Type the cells. A cell that is no number where one belongs is missing, and counted in ``unread``."""
    kinds = list(enumerate(schema.columns.values(), 1))
    typed = "".join(f", {_typed(kind, f'cells[{i}]')} AS {feature(i)}" for i, kind in kinds)
    empty = " AND ".join(f"cells[{i}] IS NULL" for i, _ in kinds) or "FALSE"
    judged = (
        f"SELECT *, {said(schema.predicted)}{typed},"
        f" asked AND (cells IS NULL OR asked_form <> 'CSV' AND {empty}) AS unasked FROM split"
    )
    answered = " AND ".join(f"{column} IS NOT NULL" for column in needed(schema.predicted))
    fault = f"CASE WHEN broken IS NOT NULL THEN broken WHEN NOT ({answered}) THEN 'answer'"
    return (
        f'SELECT endpoint, variant, id, "at", number, batch, asked, {_unread(schema)} AS unread,'
        f" {outcome(schema.predicted)}, {fault} WHEN unasked THEN 'request' END AS fault"
        f"{''.join(f', {feature(i)}' for i, _ in kinds)} FROM ({judged}) AS judged"
    )


def _typed(kind: Kind, cell: str) -> str:
    return number(cell) if kind is Kind.NUMBER else word(cell)


def _unread(schema: Schema) -> str:
    """SQL for how many cells of a row hold something that is no number where one belongs."""
    bad = [
        f"CASE WHEN {feature(i)} IS NOT NULL THEN 0 WHEN trim(cells[{i}]) <> '' THEN 1 ELSE 0 END"
        for i, kind in enumerate(schema.columns.values(), 1)
        if kind is Kind.NUMBER
    ]
    return " + ".join(bad) or "0"
