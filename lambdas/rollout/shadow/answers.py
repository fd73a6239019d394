"""A model's answers, whatever their format: their form, their words and their numbers."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

_LABEL_KEYS = frozenset({"predicted_label", "predicted_class", "prediction_label", "label", "class"})
"""Keys under which a number is a label: SageMaker's built-in algorithms answer ``predicted_label: 0``."""
_ENVELOPE_KEYS = ("predictions", "outputs", "results")
"""Keys of an object under which a list holds one answer per row."""


class Answer(NamedTuple):
    """One answer: its structure and types, its labels, its scores; NaN and infinities are a type, and no score."""

    form: str
    texts: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()

    def __str__(self) -> str:
        return ", ".join([*self.texts, *(f"{score:.6g}" for score in self.scores)]) or self.form


class Output(NamedTuple):
    """All that a model answered to one request; ``unreadable`` says why nothing can be said of it."""

    answers: tuple[Answer, ...] = ()
    form: str = ""
    unreadable: str = ""


class UnreadableError(ValueError):
    """A body that holds no answers; the sentence never quotes it."""


def output_of(value: Any) -> Output:
    """Take a parsed JSON body: a list is one answer per element, and so is a list in an object of predictions."""
    if isinstance(value, list):
        return Output(tuple(answer(each) for each in value), "list")
    rows = enveloped(value)
    if rows is not None:
        return Output(tuple(answer(each) for each in rows), f"object of {', '.join(sorted(value))}")
    if isinstance(value, dict) and value.get("error") is not None:
        raise UnreadableError("it answers an error")
    return Output((answer(value),), "single")


def output_of_lines(values: Sequence[Any]) -> Output:
    """Take several JSON bodies: one answer each, or several where a body is an object of predictions."""
    answers = [answer(each) for value in values for each in enveloped(value) or [value]]
    return Output(tuple(answers), "JSON lines")


def enveloped(value: Any) -> list[Any] | None:
    """Return the rows of an object of predictions; None where it is none."""
    if not isinstance(value, dict):
        return None
    return next((value[key] for key in _ENVELOPE_KEYS if isinstance(value.get(key), list)), None)


def answer(value: Any) -> Answer:
    """Take one answer apart."""
    texts: list[str] = []
    scores: list[float] = []
    form = _walk(value, texts, scores, labelled=False)
    return Answer(form, tuple(texts), tuple(scores))


def _walk(value: Any, texts: list[str], scores: list[float], *, labelled: bool) -> str:
    """Gather words and numbers in the order of the sorted keys; returns the form."""
    if isinstance(value, dict):
        keys = sorted(value)
        parts = [_walk(value[key], texts, scores, labelled=labelled or key in _LABEL_KEYS) for key in keys]
        return "{" + ", ".join(f"{key}: {part}" for key, part in zip(keys, parts, strict=True)) + "}"
    if isinstance(value, list):
        parts = [_walk(each, texts, scores, labelled=labelled) for each in value]
        same = len(parts) > 1 and len(set(parts)) == 1
        return f"[{len(parts)} x {parts[0]}]" if same else f"[{', '.join(parts)}]"
    return _leaf(value, texts, scores, labelled=labelled)


def _leaf(value: Any, texts: list[str], scores: list[float], *, labelled: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        texts.append(str(value).lower())
        return "bool"
    if isinstance(value, str):
        texts.append(value)
        return "text"
    number = _float(value)
    if not math.isfinite(number):
        return "not finite"
    if labelled:
        texts.append(f"{number:.17g}")
    else:
        scores.append(number)
    return "number"


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
