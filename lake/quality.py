"""How good the answers were: counts per minute, and the figures of an interval, in scikit-learn's definitions.

Queries over ``labelled`` (`lake.engine`), per endpoint and variant. A classification's figures follow
`sklearn.metrics`: precision, recall and F1 of ``positive`` (NULL, not 0, where they divide by nothing),
`roc_auc_score` (Mann and Whitney, ties count half), `log_loss` (probabilities clipped to the double's epsilon),
`brier_score_loss`. The expected calibration error has ten bins of equal width, which hold their upper end, as
`calibration_curve` does (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3). Log loss,
Brier and calibration are NULL where a score is beyond 0 or 1: it is no chance then. The positives that are expected
are the sum of scores. A regression has `mean_absolute_error` and `root_mean_squared_error`. Of several classes
`accuracy_score` alone is told.
"""

from lake.predicted import right
from lake.text import canonical, literal
from lambdas.rollout.quality.schema import Kpi, Predicted, Schema

EPSILON = 2.220446049250313e-16
"""Chances nearer to 0 or 1 are taken for this near: IEEE 754's double, as scikit-learn clips them."""
BINS = 10
_GROUPED = "endpoint, variant"


def count(condition: str) -> str:
    """SQL for the number of rows for which a condition holds."""
    return f"COALESCE(sum(CASE WHEN {condition} THEN 1 ELSE 0 END), 0)"


CONFUSION = (
    f"count(*) AS labelled, {count('predicted AND actual')} AS true_positive,"
    f" {count('predicted AND NOT actual')} AS false_positive, {count('NOT predicted AND actual')} AS false_negative,"
    f" {count('NOT predicted AND NOT actual')} AS true_negative"
)


def per_minute(schema: Schema) -> str:
    """Count each variant's right and wrong answers by the minute of the inference; a regression's errors.

    Of several classes ``right`` and ``wrong``, of two labels the four of the confusion.
    """
    counts = _ERRORS if schema.predicted.number else _of_classes(schema.predicted) or CONFUSION
    return (
        f"SELECT {_GROUPED}, date_trunc('minute', \"at\") AS minute, {counts}"
        f" FROM labelled GROUP BY {_GROUPED}, date_trunc('minute', \"at\") ORDER BY {_GROUPED}, minute"
    )


_ERRORS = (
    "count(*) AS labelled, avg(abs(value - told)) AS mean_absolute_error,"
    " sqrt(avg((value - told) * (value - told))) AS root_mean_squared_error"
)


def _of_classes(predicted: Predicted) -> str:
    if not predicted.classes:
        return ""
    return (
        f'count(*) AS labelled, {count(right(predicted))} AS "right", {count(f"NOT ({right(predicted)})")} AS wrong'
    )


def quality(schema: Schema) -> str:
    """Tell each variant's figures over all labelled rows; of several classes NULL for what takes two labels.

    Where the schema has KPIs: ``conversion``, the share of rows that are one, and ``revenue``, the mean of a row.
    """
    indicators = _indicators(schema.kpi)
    asked = "".join(f", {sql} AS {name}" for name, sql in indicators.items())
    told = "".join(f", {name}" for name in indicators)
    if schema.predicted.number:
        return f"SELECT {_GROUPED}, {_ERRORS}{asked} FROM labelled GROUP BY {_GROUPED} ORDER BY {_GROUPED}"
    if schema.predicted.classes:
        counted = f"SELECT {_GROUPED}, {_of_classes(schema.predicted)}{asked} FROM labelled GROUP BY {_GROUPED}"
        accuracy = _share('"right"', "labelled")
        return (
            f"SELECT {_GROUPED}, labelled, {_nulls(_CELLS, 'BIGINT')}, {accuracy} AS accuracy,"
            f" {_nulls(('precision', 'recall', 'f1'))}, {_NO_SCORES}{told} FROM ({counted}) AS counted"
            f" ORDER BY {_GROUPED}"
        )
    confusion = f"SELECT {_GROUPED}, {CONFUSION}{asked} FROM labelled GROUP BY {_GROUPED}"
    parts = f"confusion AS ({confusion})"
    figures, joined = f"{_RATES}, {_NO_SCORES}", "confusion"
    if schema.predicted.score is not None:
        parts += f", {_scored()}"
        figures = f"{_RATES}, {', '.join(_OF_SCORES)}"
        joined = "confusion" + "".join(
            f" LEFT JOIN {step} ON {step}.endpoint = confusion.endpoint AND {step}.variant = confusion.variant"
            for step in ("area", "losses", "calibrated")
        )
    return (
        f"WITH {parts} SELECT confusion.endpoint, confusion.variant, labelled, true_positive, false_positive,"
        f" false_negative, true_negative, {figures}{told} FROM {joined}"
        f" ORDER BY confusion.endpoint, confusion.variant"
    )


def _indicators(kpi: Kpi) -> dict[str, str]:
    """SQL for what the business earns by a variant's answers, by name."""
    found = {}
    if kpi.conversion is not None:
        found["conversion"] = f"avg(CASE WHEN truth = {literal(canonical(kpi.conversion))} THEN 1.0 ELSE 0.0 END)"
    if kpi.revenue:
        found["revenue"] = "avg(earned)"
    return found


def _share(part: str, whole: str) -> str:
    return f"CAST({part} AS DOUBLE) / NULLIF({whole}, 0)"


_RATES = (
    f"{_share('true_positive + true_negative', 'labelled')} AS accuracy,"
    f' {_share("true_positive", "true_positive + false_positive")} AS "precision",'
    f" {_share('true_positive', 'true_positive + false_negative')} AS recall,"
    f" {_share('2 * true_positive', '2 * true_positive + false_positive + false_negative')} AS f1"
)
_CELLS = ("true_positive", "false_positive", "false_negative", "true_negative")


def _nulls(names: tuple[str, ...], kind: str = "DOUBLE") -> str:
    return ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name in names)


_OF_SCORES = ("area_under_curve", "log_loss", "brier", "expected_positive", "expected_calibration_error")
_NO_SCORES = _nulls(_OF_SCORES)


def _scored() -> str:
    """Build the steps of what scores tell: one pass for the curve, one for the losses, one for the calibration."""
    by_score = (
        f"SELECT {_GROUPED}, score, {count('actual')} AS good, {count('NOT actual')} AS bad"
        f" FROM labelled GROUP BY {_GROUPED}, score"
    )
    below = "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
    ranked = (
        f"SELECT {_GROUPED}, good, bad, COALESCE(sum(bad) OVER (PARTITION BY {_GROUPED} ORDER BY score {below}), 0)"
        f" AS lower FROM by_score"
    )
    won = "sum(CAST(good AS DOUBLE) * (lower + bad / 2.0))"
    area = (
        f"SELECT {_GROUPED}, {won} / NULLIF(CAST(sum(good) AS DOUBLE) * sum(bad), 0) AS area_under_curve"
        f" FROM ranked GROUP BY {_GROUPED}"
    )
    chance = "min(score) >= 0 AND max(score) <= 1"
    losses = (
        f"SELECT {_GROUPED}, CASE WHEN {chance} THEN avg(-ln(least(greatest({_OF_TRUTH}, {EPSILON!r}),"
        f" 1 - {EPSILON!r}))) END AS log_loss, CASE WHEN {chance} THEN avg((1 - {_OF_TRUTH}) * (1 - {_OF_TRUTH})) END"
        f" AS brier, CASE WHEN {chance} THEN sum(score) END AS expected_positive FROM labelled GROUP BY {_GROUPED}"
    )
    calibrated = (
        f"SELECT {_GROUPED}, CASE WHEN min(lowest) >= 0 AND max(highest) <= 1"
        f" THEN sum(abs(total - good)) / sum(labelled) END AS expected_calibration_error"
        f" FROM bins GROUP BY {_GROUPED}"
    )
    steps = {
        "by_score": by_score,
        "ranked": ranked,
        "area": area,
        "losses": losses,
        "bins": _bins(),
        "calibrated": calibrated,
    }
    return ", ".join(f"{name} AS ({body})" for name, body in steps.items())


_OF_TRUTH = "(CASE WHEN actual THEN score ELSE 1 - score END)"
"""The chance that the answer gave to what turned out to be true."""


def _bins() -> str:
    place = f"CASE WHEN score <= 0 THEN 0 ELSE least(ceil(score * {BINS}) - 1, {BINS - 1}) END"
    return (
        f"SELECT {_GROUPED}, bin, count(*) AS labelled, sum(score) AS total, {count('actual')} AS good,"
        f" min(score) AS lowest, max(score) AS highest"
        f" FROM (SELECT {_GROUPED}, score, actual, CAST({place} AS INTEGER) AS bin FROM labelled) AS placed"
        f" GROUP BY {_GROUPED}, bin"
    )


def calibration(predicted: Predicted) -> str:
    """Tell per variant and bin of scores: rows, the mean score, the share that turned out positive."""
    if predicted.positive is None or predicted.score is None:
        raise ValueError("calibration takes a score that is a chance")
    return (
        f"SELECT {_GROUPED}, bin, labelled, total / labelled AS mean_score, CAST(good AS DOUBLE) / labelled AS share"
        f" FROM ({_bins()}) AS bins ORDER BY {_GROUPED}, bin"
    )


def coverage() -> str:
    """Count per variant: rows, rows with a truth that counts, and what is wrong with the other truths."""
    told = ", ".join(f"{count(flag)} AS {flag}" for flag in ("doubled", "contradictory", "late", "unfit"))
    return (
        f"SELECT {_GROUPED}, count(*) AS answered, {count('truth IS NOT NULL')} AS labelled, {told},"
        f" sum(unread) AS unread FROM rows GROUP BY {_GROUPED} ORDER BY {_GROUPED}"
    )


def faults() -> str:
    """Count what could not be read, by variant and fault (`lake.rows.FAULTS`)."""
    return (
        f"SELECT {_GROUPED}, fault, count(*) AS records FROM faulty GROUP BY {_GROUPED}, fault"
        f" ORDER BY {_GROUPED}, fault"
    )
