"""Rules on metrics of the user's own: their names, their dimensions, their expressions."""

import re
from collections.abc import Iterator

from infra.spec.rules.finding import Finding
from lambdas.rollout.expression import ID, functions, ids
from lambdas.rollout.guardrails import Counts, Values
from lambdas.rollout.quantities import ENDPOINT, VARIANT, Metric, Quantity

NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
LONGEST_EXPRESSION = 1024
"""Characters that CloudWatch takes for certain (API reference, MetricDataQuery); ids get a few more from us."""
SEVERAL = frozenset({"ANOMALY_DETECTION_BAND", "METRICS", "SEARCH", "SELECT"})
"""Functions that give several series, or that look at the other metrics of a call."""
_BRACES = re.compile(r"[$%]?\{[^}]*\}?")
_STAT = re.compile(
    r"Sum|SampleCount|Average|Minimum|Maximum|IQM|p100|(p|tm|tc|ts|wm)\d{1,2}(\.\d{1,10})?"
    r"|(TM|TC|TS|WM|PR)\((?!:\))(-?\d+(\.\d{1,10})?%?)?:(-?\d+(\.\d{1,10})?%?)?\)"
)
"""Source: CloudWatch user guide, "Statistics definitions"."""


def name_is_fit(guardrail: Counts | Values) -> Iterator[Finding]:
    """A guardrail's name stands in verdicts, in the ledger and in files."""
    if not NAME.fullmatch(guardrail.name):
        yield Finding(("name",), "is no fit name", "write 1 to 40 letters, digits, hyphens and underscores")


def metric_is_named(metric: Metric) -> Iterator[Finding]:
    """A metric has a namespace and a name."""
    for field in ("namespace", "name"):
        if not getattr(metric, field).strip():
            yield Finding((field,), "is empty", f"write the metric's {field}, as CloudWatch shows it")


def dimensions_have_values(metric: Metric | Quantity) -> Iterator[Finding]:
    """CloudWatch refuses a dimension without a value."""
    for name, value in metric.dimensions.items():
        if not value.strip():
            yield Finding(("dimensions", name), "is empty", "write its value, as CloudWatch shows it")


def placeholders_are_known(metric: Metric | Quantity) -> Iterator[Finding]:
    """Braces stand for the endpoint and the variant, and for nothing else; Terraform would fill ${} in, too."""
    for field in ("namespace", "name"):
        yield from _unknown((field,), getattr(metric, field), set())
    for name, value in metric.dimensions.items():
        yield from _unknown(("dimensions", name), value, {ENDPOINT, VARIANT})


def values_are_of_a_variant(guardrail: Values) -> Iterator[Finding]:
    """Without the variant among the dimensions, canary and stable would be the same numbers."""
    if not _tells_variants_apart(guardrail.of):
        yield Finding(("of", "dimensions"), *_SAME)


def quantity_is_one_thing(quantity: Quantity) -> Iterator[Finding]:
    """A quantity is a statistic of one metric, or an expression over several."""
    if quantity.expression:
        if quantity.namespace or quantity.name:
            problem = "stands beside the namespace and name of one metric"
            yield Finding(("expression",), problem, "keep one of the two; an expression's inputs are its metrics")
        if quantity.dimensions != Quantity().dimensions:
            yield Finding(("dimensions",), "has no effect beside an expression", "write it under each of the metrics")
    elif quantity.metrics:
        yield Finding(("metrics",), "is used by no expression", "add expression")
    elif not (quantity.namespace.strip() and quantity.name.strip()):
        yield Finding((), "names no metric", "write namespace and name, or expression and metrics")


def quantity_is_of_a_variant(quantity: Quantity) -> Iterator[Finding]:
    """Without the variant among the dimensions, canary and stable would be the same numbers."""
    inputs = quantity.metrics.values() if quantity.expression else [quantity]
    if not any(map(_tells_variants_apart, inputs)):
        yield Finding(("metrics" if quantity.expression else "dimensions",), *_SAME)


def statistic_exists(quantity: Quantity) -> Iterator[Finding]:
    """CloudWatch refuses a whole call for one statistic that it does not know."""
    if not _STAT.fullmatch(quantity.stat):
        yield Finding(("stat",), "is no statistic of CloudWatch", "write Sum, SampleCount, p99 or TC(:250000)")


def expression_uses_its_metrics(quantity: Quantity) -> Iterator[Finding]:
    """An expression uses all of its metrics and nothing else; an id begins with a lower-case letter."""
    used = ids(quantity.expression)
    for name in quantity.metrics:
        if not ID.fullmatch(name):
            fix = "write a lower-case letter, then letters, digits and underscores"
            yield Finding(("metrics", name), "is no id that an expression can use", fix)
        elif quantity.expression and name not in used:
            yield Finding(("metrics", name), "is not used by the expression", "use it, or take it out")
    for name in sorted(used - quantity.metrics.keys()):
        yield Finding(("expression",), f"uses {name}, which is not among metrics", f"add {name} to metrics")


def expression_is_one_number(quantity: Quantity) -> Iterator[Finding]:
    """The judge needs one number per period and variant."""
    for name in sorted(functions(quantity.expression) & SEVERAL):
        yield Finding(("expression",), f"uses {name}, which gives more than one series", "name the metrics instead")
    if len(quantity.expression) > LONGEST_EXPRESSION:
        problem = f"is longer than CloudWatch takes ({LONGEST_EXPRESSION} characters)"
        yield Finding(("expression",), problem, "shorten it, or publish the result as a metric")


_SAME = ("does not tell the variants apart", f'add a dimension with the value "{VARIANT}"')


def _tells_variants_apart(metric: Metric | Quantity) -> bool:
    return any(VARIANT in value for value in metric.dimensions.values())


def _unknown(at: tuple[str, ...], text: str, known: set[str]) -> Iterator[Finding]:
    if unknown := set(_BRACES.findall(text)) - known:
        problem = f"has {', '.join(sorted(unknown))}, which stands for nothing here"
        yield Finding(at, problem, f"write {ENDPOINT} or {VARIANT}, in a dimension's value")
