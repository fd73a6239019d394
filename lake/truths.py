"""`labelled`: rows joined with what turned out to be true.

A truth belongs to the request with its id: the inference id, else the event id. It was collected in the hour of its
folder (SageMaker developer guide, "Ingest Ground Truth labels": "the date when the Ground Truth label is collected"),
so it is late where that hour begins later than the schema's window after the inference. The first truth of an id
counts: by hour, then by file, then by line. Truths of one id that say the same are ``doubled``, others
``contradictory``. Truths of a batch stand one per line, and there are as many as it has rows; others are ``unfit``,
and so is one that is no number where one is predicted, or none of the schema's classes.
``collected`` is the hour of the truth that counts, and NULL where none does.
"""

from lake.bodies import opens, pieces
from lake.predicted import meant, possible
from lake.rows import Step, feature
from lake.text import identifier, names, number, word
from lambdas.rollout.quality.schema import Schema


def steps(schema: Schema) -> list[Step]:
    """Build what makes ``joined`` of the step ``answers`` and of ``truths`` (see `lake.sources`)."""
    return [("firsts", _FIRSTS), ("joined", _joined(schema))]


_FIRSTS = (
    f"SELECT id, hour, times, differing, {pieces('data', 'encoding', ())} AS truths, encoding = 'JSON' AS quoted"
    f" FROM ("
    # An encoding that is missing is none, for both engines: DuckDB would take the next that is there.
    f"SELECT id, min(hour) AS hour, arg_min(data, place) AS data, arg_min(COALESCE(encoding, ''), place) AS encoding,"
    f" count(*) AS times, min(trim(data)) <> max(trim(data)) AS differing"
    f" FROM truths WHERE id IS NOT NULL AND data IS NOT NULL GROUP BY id) AS told"
)


def _joined(schema: Schema) -> str:
    """Join rows and first truths; every row stays, with ``truth`` NULL where none counts."""
    late = f'hour > "at" + INTERVAL {schema.window} SECOND'
    met = (
        f"SELECT answers.*, times, differing, hour, truths, quoted, {late} AS is_late"
        f" FROM answers LEFT JOIN firsts ON answers.id = firsts.id AND answers.fault IS NULL"
    )
    fitting = f"CASE WHEN NOT is_late AND array_length(truths) = batch THEN {_row(schema)} END"
    found = f"SELECT *, {fitting} AS found FROM ({met}) AS met"
    read = f"SELECT *, {_said(schema)} FROM ({found}) AS looked_up"
    kept = "told IS NOT NULL" if schema.predicted.number else possible("truth", schema.predicted)
    if schema.kpi.revenue:
        kept = f"{kept} AND earned IS NOT NULL"
    judged = (
        f"SELECT *, {kept} AS fits FROM (SELECT *, {meant(schema.predicted)} FROM ({read}) AS heard) AS understood"
    )
    features = "".join(f", {feature(i)} AS {identifier(name)}" for i, name in enumerate(names(schema).values(), 1))
    return (
        f'SELECT endpoint, variant, id, "at", number, batch, asked, unread, label, score, value, predicted, favoured,'
        f" fault, CASE WHEN fits THEN truth END AS truth, CASE WHEN fits THEN actual END AS actual, told, earned,"
        f" CASE WHEN fits THEN hour END AS collected,"
        f" COALESCE(times > 1 AND NOT differing, FALSE) AS doubled, COALESCE(differing, FALSE) AS contradictory,"
        f" COALESCE(is_late, FALSE) AS late, COALESCE(NOT is_late AND NOT fits, FALSE) AS unfit{features}"
        f" FROM ({judged}) AS judged"
    )


def _row(schema: Schema) -> str:
    """SQL for what is told of a row, as text: a label, or a label, a comma and what was earned."""
    row = "truths[number]"
    quoted = f"TRY(json_extract_string({row}, '$'))"
    # Hardly any label is quoted, and to look is cheaper than to take quotes off.
    line = f"CASE WHEN strpos({row}, '\"') = 0 THEN {row} ELSE trim(trim({row}), '\"') END"
    if schema.kpi.revenue:
        both = " || ',' || ".join(f"TRY(json_extract_string({row}, '$[{i}]'))" for i in range(2))
        listed = f"CASE WHEN TRY(json_array_length({row})) = 2 THEN {both} END"
        quoted = f"CASE WHEN {opens(row, '[')} THEN {listed} ELSE {quoted} END"
    return f"CASE WHEN quoted THEN {quoted} ELSE {line} END"


def _said(schema: Schema) -> str:
    """SQL for ``truth`` and ``earned``, of what is ``found`` for a row."""
    if not schema.kpi.revenue:
        return f"{word('found')} AS truth, CAST(NULL AS DOUBLE) AS earned"
    label, last = (f"trim(trim(regexp_extract(found, '^(.*),([^,]*)$', {i})), '\"')" for i in (1, 2))
    return f"{word(label)} AS truth, CASE WHEN {number(last)} >= 0 THEN {number(last)} END AS earned"
