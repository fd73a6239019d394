"""Rules on what an endpoint's requests, answers and truths mean."""

import re
from collections.abc import Iterator

from infra.spec.forms import S3_URI
from infra.spec.rules.finding import Finding
from infra.spec.scalars import nearest
from lambdas.rollout.quality.predicted import word
from lambdas.rollout.quality.schema import FORTNIGHT, Kind, Predicted, Schema

_NAME = re.compile(r"(?! )[ -~]{1,60}(?<! )")
_RESERVED = frozenset("{}$=[]")
"""Braces and $ stand for names in a dimension; the others are what a guardrail's key is made with."""
_FEWEST_CLASSES = 3
FIT = f"write 1 to 60 printable ASCII characters, none of {' '.join(sorted(_RESERVED))}"


def something_is_predicted(predicted: Predicted) -> Iterator[Finding]:
    """An answer is read by its label or its score, and a score is the chance of some label."""
    if predicted.label is None and predicted.score is None:
        yield Finding(("label",), "is missing, and so is score", "add label: KEY, as the answer has it")
    if predicted.score is not None and predicted.number:
        problem = "is a chance, and nothing says of which label"
        yield Finding(("score",), problem, "add positive: LABEL, or write a predicted number as label")


def favourable_is_a_label(predicted: Predicted) -> Iterator[Finding]:
    """A predicted number is neither favourable nor not."""
    if predicted.favourable is not None and predicted.number:
        yield Finding(("favourable",), "is a label, and a number is predicted", "add positive: LABEL, or take it out")


def classes_stand_alone(predicted: Predicted) -> Iterator[Finding]:
    """Of several classes the label alone is read; none of them is positive, and no score is a chance of it."""
    if not predicted.classes:
        return
    if predicted.positive is not None:
        problem = "is one of two labels, and classes names several"
        yield Finding(("positive",), problem, "take it out, or classes, where one label is held against all others")
    if predicted.score is not None:
        yield Finding(("score",), "is the chance of one label, and classes names several", "take it out")
        if predicted.label is None:
            yield Finding(
                ("label",), "is missing, and classes says what it is", "add label: KEY, as the answer has it"
            )
    if len(predicted.classes) < _FEWEST_CLASSES:
        fix = "write them all, or where there are two labels positive: LABEL instead"
        yield Finding(("classes",), f"are fewer than {_FEWEST_CLASSES}", fix)


def classes_are_labels(predicted: Predicted) -> Iterator[Finding]:
    """Each class is a label of its own, and what is favourable is one of them; 1 and 1.0 are one label."""
    words = [word(name) for name in predicted.classes]
    for place, name in enumerate(words):
        if name is None:
            yield Finding(("classes", place), "is no label", "write the label as answers have it, or take it out")
        elif name in words[:place]:
            yield Finding(("classes", place), "is there already", "take it out")
    if words and predicted.favourable is not None and word(predicted.favourable) not in words:
        fix = f"write {nearest(predicted.favourable, list(predicted.classes))}"
        yield Finding(("favourable",), "is none of the classes", fix)


def schema_has_columns(schema: Schema) -> Iterator[Finding]:
    """A request is read by its columns."""
    if not schema.columns:
        yield Finding(("columns",), "has none", "write each column: number or category, in a CSV's order")


def groups_are_categories(schema: Schema) -> Iterator[Finding]:
    """People are told apart by columns that are there, and that hold categories."""
    categories = [column for column, kind in schema.columns.items() if kind is Kind.CATEGORY]
    for column, names in schema.groups.items():
        if column not in schema.columns:
            fix = f"write {nearest(column, categories)}" if categories else "add it to columns, as a category"
            yield Finding(("groups", column), "is none of the columns", fix)
        elif column not in categories:
            fix = f"write {column}: category in columns, or group by a band of it that the request has"
            yield Finding(("groups", column), "is a number, and groups are categories", fix)
        if not names:
            yield Finding(("groups", column), "names no group", f"write the values of {column} that are judged")


def groups_have_names(schema: Schema) -> Iterator[Finding]:
    """A group is a dimension of CloudWatch's, which takes printable ASCII, and stands in a guardrail's key."""
    for column, names in schema.groups.items():
        if not fits(column):
            yield Finding(("groups", column), "is no fit name of a group's column", FIT)
        for place, name in enumerate(names):
            if not fits(name):
                yield Finding(("groups", column, place), "is no fit name of a group", FIT)
            elif name in names[:place]:
                yield Finding(("groups", column, place), "is there already", "take it out")


def kpis_are_told(schema: Schema) -> Iterator[Finding]:
    """What the business earns comes with truths, and a conversion is one of their labels."""
    conversion, said = schema.kpi.conversion, schema.predicted
    if schema.kpi.told and schema.ground_truth is None:
        fix = "add ground_truth: s3://BUCKET/PREFIX, or take it out"
        yield Finding(("kpi",), "comes with truths, and the schema has no ground_truth", fix)
    if conversion is None:
        return
    if said.number:
        fix = "take it out; revenue: true counts what is earned"
        yield Finding(("kpi", "conversion"), "is a label, and a number is predicted", fix)
    elif word(conversion) is None:
        yield Finding(("kpi", "conversion"), "is no label", "write the label as truths have it")
    elif said.classes and word(conversion) not in map(word, said.classes):
        fix = f"write {nearest(conversion, list(said.classes))}"
        yield Finding(("kpi", "conversion"), "is none of the classes", fix)


def truths_have_a_place(schema: Schema) -> Iterator[Finding]:
    """Truths come under an S3 prefix, and count while CloudWatch still takes what they say."""
    if schema.ground_truth is not None and not re.fullmatch(S3_URI.pattern, schema.ground_truth):
        yield Finding(
            ("ground_truth",), f"is not {S3_URI.what}", "write a prefix, such as s3://truths-123456789012/mortgage"
        )
    if not 0 < schema.window <= FORTNIGHT:
        problem = "is no time in which a truth can come: CloudWatch takes no data older than 14 days"
        yield Finding(("window",), problem, "write a duration up to 14d")


def fits(name: str) -> bool:
    """Tell whether CloudWatch takes a name as a dimension's value, and a guardrail's key is legible with it."""
    return bool(_NAME.fullmatch(name)) and _RESERVED.isdisjoint(name)
