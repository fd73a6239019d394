"""`labelled`: rows joined with what turned out to be true.

A truth belongs to the request with its id: the inference id, else the event id. It was collected in the hour of its
folder (SageMaker developer guide, "Ingest Ground Truth labels": "the date when the Ground Truth label is collected"),
so it is late where that hour begins later than the schema's window after the inference. The first truth of an id
counts: by hour, then by file, then by line. Truths of one id that say the same are ``doubled``, others
``contradictory``. Truths of a batch stand one per line, and there are as many as it has rows; others are ``unfit``,
and so is one that is no number where one is predicted, or none of the schema's classes.
``collected`` is the hour of the truth that counts, and NULL where none does.
"""

from lake.bodies import lines, pieces
from lake.predicted import meant, possible
from lake.rows import Step
from lake.text import identifier, names, number, word
from lambdas.rollout.quality.schema import Schema


def steps(schema: Schema) -> list[Step]:
    """Build what makes ``joined`` of the step ``answers`` and of ``truths`` (see `lake.sources`)."""
    return [("firsts", _FIRSTS), ("joined", _joined(schema))]


_FIRSTS = (
    f"SELECT id, hour, times, differing,"
    f" CASE WHEN encoding = 'JSON' THEN {pieces('data', 'encoding', ())} ELSE {lines('data')} END AS truths,"
    f" encoding = 'JSON' AS quoted FROM ("
    f"SELECT id, hour, one[1] AS data, one[2] AS encoding, times, differing FROM ("
    f"SELECT id, min(hour) AS hour, arg_min([data, encoding], ROW(hour, source, line, data)) AS one,"
    f" count(*) AS times, min(trim(data)) <> max(trim(data)) AS differing"
    f" FROM truths WHERE id IS NOT NULL AND data IS NOT NULL GROUP BY id) AS every) AS told"
)


def _joined(schema: Schema) -> str:
    """Join rows and first truths; every row stays, with ``truth`` NULL where none counts."""
    answer = (
        'endpoint, variant, id, "at", number, batch, asked, unread, label, score, value, predicted, favoured, fault'
    )
    features = "".join(f", {identifier(name)}" for name in names(schema).values())
    late = f'hour > "at" + INTERVAL {schema.window} SECOND'
    fitting = f"CASE WHEN NOT {late} AND array_length(truths) = batch THEN {_row(schema)} END"
    met = (
        f"SELECT answers.*, times, differing, hour, {late} AS is_late, {_said(schema, fitting)}"
        f" FROM answers LEFT JOIN firsts ON answers.id = firsts.id AND answers.fault IS NULL"
    )
    judged = f"SELECT {answer}{features}, truth, earned, times, differing, hour, is_late FROM ({met}) AS met"
    kept, actual = "told IS NOT NULL" if schema.predicted.number else possible("truth", schema.predicted), "actual"
    if schema.kpi.revenue:
        kept = f"{kept} AND earned IS NOT NULL"
        actual = f"CASE WHEN {kept} THEN actual END AS actual"
    whole = f"SELECT *, {meant(schema.predicted)} FROM ({judged}) AS judged"
    return (
        f"SELECT {answer}{features}, CASE WHEN {kept} THEN truth END AS truth,"
        f" {actual}, told, earned,"
        f" CASE WHEN {kept} THEN hour END AS collected,"
        f" COALESCE(times > 1 AND NOT differing, FALSE) AS doubled, COALESCE(differing, FALSE) AS contradictory,"
        f" COALESCE(is_late, FALSE) AS late, COALESCE(NOT is_late AND NOT ({kept}), FALSE) AS unfit"
        f" FROM ({whole}) AS whole"
    )


def _row(schema: Schema) -> str:
    """SQL for what is told of a row, as text: a label, or a label, a comma and what was earned."""
    row = "truths[number]"
    quoted = f"TRY(json_extract_string({row}, '$'))"
    line = f"trim(trim({row}), '\"')"
    if schema.kpi.revenue:
        both = " || ',' || ".join(f"TRY(json_extract_string({row}, '$[{i}]'))" for i in range(2))
        listed = f"CASE WHEN TRY(json_array_length({row})) = 2 THEN {both} END"
        quoted = f"CASE WHEN ltrim({row}) LIKE '[%' THEN {listed} ELSE {quoted} END"
    return f"CASE WHEN quoted THEN {quoted} ELSE {line} END"


def _said(schema: Schema, found: str) -> str:
    """SQL for ``truth`` and ``earned``, of what is told of a row."""
    if not schema.kpi.revenue:
        return f"{word(found)} AS truth, CAST(NULL AS DOUBLE) AS earned"
    label, last = (f"trim(trim(regexp_extract({found}, '^(.*),([^,]*)$', {i})), '\"')" for i in (1, 2))
    return f"{word(label)} AS truth, CASE WHEN {number(last)} >= 0 THEN {number(last)} END AS earned"
