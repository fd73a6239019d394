"""SQL for what an answer predicts: its label and score, and whether it is positive, and favourable."""

from lake.bodies import opens
from lake.text import canonical, literal, number, pointer, word
from lambdas.rollout.quality.schema import Predicted


def cells_of(predicted: Predicted) -> str:
    """SQL for an answer's label, then its score, of those that the schema names, as texts; NULL where it has none.

    ``column 1`` is a CSV answer's first cell, a JSON list's first element, or a JSON number or text by itself.
    """
    keys = [key for key in (predicted.label, predicted.score) if key is not None]
    by_key = f"TRY(json_extract_string(answer_piece, [{', '.join(literal(pointer(key)) for key in keys)}]))"
    arms = [f"WHEN answer_form <> 'CSV' AND {opens('answer_piece', '{')} THEN {by_key}"]
    places = [place for place in map(_place, keys) if place]
    if len(places) == len(keys):
        arms += _by_place(places)
    return f"CASE {' '.join(arms)} END"


def _by_place(places: list[int]) -> list[str]:
    cells = ", ".join(f"answer_line[{place}]" for place in places)
    paths = ", ".join(literal(f"$[{place - 1}]") for place in places)
    csv = f"CASE WHEN array_length(answer_line) >= {max(places)} THEN [{cells}] END"
    listed = f"TRY(json_extract_string(answer_piece, [{paths}]))"
    arms = [f"WHEN answer_form = 'CSV' THEN {csv}", f"WHEN {opens('answer_piece', '[')} THEN {listed}"]
    if set(places) == {1}:
        bare = "TRY(json_extract_string(answer_piece, '$'))"
        arms.append(f"WHEN json_valid(answer_piece) THEN [{', '.join([bare] * len(places))}]")
    return arms


def _place(key: str) -> int | None:
    """Tell which column of a CSV answer a key means, from 1; None where it names none."""
    position = key.removeprefix("column ")
    plain = key.startswith("column ") and position.isascii() and position.isdigit() and len(position) < 6
    return int(position) or None if plain else None


def said(predicted: Predicted) -> str:
    """SQL for the columns ``said_label``, ``score`` and ``value``: an answer's cells, typed."""
    label = word("said[1]") if predicted.label is not None else "CAST(NULL AS VARCHAR)"
    if predicted.classes:
        label = f"CASE WHEN {possible(label, predicted)} THEN {label} END"
    score = _chance(f"said[{1 if predicted.label is None else 2}]") if predicted.score else "CAST(NULL AS DOUBLE)"
    value = number("said[1]") if predicted.number else "CAST(NULL AS DOUBLE)"
    return f"{label} AS said_label, {score} AS score, {value} AS value"


def _chance(cell: str) -> str:
    """SQL for a score: a number that is none from 0 to 1 is no chance, and no score."""
    return number(cell, "0", "1")


def needed(predicted: Predicted) -> list[str]:
    """Tell which of those columns an answer must fill to be one."""
    named = {
        "said_label": predicted.label is not None,
        "score": predicted.score is not None,
        "value": predicted.number,
    }
    return [column for column, wanted in named.items() if wanted]


def possible(label: str, predicted: Predicted) -> str:
    """SQL for whether a label, or a truth, is there, and is one of the classes where the schema names them."""
    if not predicted.classes:
        return f"{label} IS NOT NULL"
    return f"COALESCE({label} IN ({', '.join(literal(canonical(name)) for name in predicted.classes)}), FALSE)"


def right(predicted: Predicted) -> str:
    """SQL for whether a labelled row was predicted as it turned out."""
    return "label = truth" if predicted.classes else "predicted = actual"


def _is_good(label: str, predicted: Predicted) -> str:
    """SQL for whether a label is the favourable one; NULL where nothing says which that is."""
    if predicted.good is None:
        return "CAST(NULL AS BOOLEAN)"
    return f"{label} = {literal(canonical(predicted.good))}"


def outcome(predicted: Predicted) -> str:
    """SQL for ``label``, ``score``, ``value``, ``predicted`` (positive or not) and ``favoured`` (by the decision).

    Of several classes the favourable one is taken for the positive one.
    """
    if predicted.positive is None:
        good = _is_good("said_label", predicted)
        return f"said_label AS label, score, value, {good} AS predicted, {good} AS favoured"
    positive = canonical(predicted.positive)
    good = positive if predicted.favourable is None else canonical(predicted.favourable)
    if predicted.label is not None:
        label, is_positive = "said_label", f"said_label = {literal(positive)}"
        favoured = f"said_label = {literal(good)}"
    else:
        is_positive = f"score >= {predicted.threshold!r}"
        other = "CAST(NULL AS VARCHAR)" if good == positive else literal(good)
        label = f"CASE WHEN {is_positive} THEN {literal(positive)} ELSE {other} END"
        favoured = is_positive if good == positive else f"NOT ({is_positive})"
    return f"{label} AS label, score, value, {is_positive} AS predicted, {favoured} AS favoured"


def meant(predicted: Predicted) -> str:
    """SQL for ``actual`` (positive or not) and ``told`` (a regression's number), of the text ``truth``."""
    if predicted.classes:
        actual = f"CASE WHEN {possible('truth', predicted)} THEN {_is_good('truth', predicted)} END"
        return f"{actual} AS actual, CAST(NULL AS DOUBLE) AS told"
    if predicted.positive is None:
        return f"CAST(NULL AS BOOLEAN) AS actual, {number('truth')} AS told"
    return f"truth = {literal(canonical(predicted.positive))} AS actual, CAST(NULL AS DOUBLE) AS told"
