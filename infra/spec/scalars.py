"""Single values: text in a written form, numbers, choices. Problems are raised as `Misfit`."""

from difflib import get_close_matches
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from infra.spec.errors import quoted
from infra.spec.forms import Form

LARGEST = 10**15
"""No number in an environment file is larger; this keeps out infinities and not-a-number, too."""

_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class Misfit(Exception):  # noqa: N818 (it becomes a SpecError once its place is known)
    """A value that does not fit, with what to write instead."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem, self.fix = problem, fix


def nearest(word: str, choices: list[str]) -> str:
    """Suggest the choice that a word was meant to be; all of them where none is near."""
    near = get_close_matches(word, choices, 1, cutoff=0.6)
    return near[0] if near else ", ".join(choices)


def formed(form: Form, value: object, text: str) -> object:
    """Read a value in a written form; ``text`` is how it stands in the file. Raises Misfit."""
    try:
        if isinstance(value, str):
            return form.read(value)
        form.read(text)
    except ValueError as error:
        raise Misfit(str(error), form.fix) from error
    raise _unquoted(text)


def plain(kind: Any, value: object, text: str) -> object:
    """Read text, a number, a truth value or one of several choices. Raises Misfit."""
    if choices := _choices(kind):
        if isinstance(value, str) and value in choices:
            return choices[value]
        raise Misfit("is not one of " + ", ".join(choices), f"write {nearest(text, list(choices))}")
    if kind is str and text and not isinstance(value, str):
        raise _unquoted(text)
    if not _is(kind, value):
        raise Misfit(f"is not {_WORDS[kind]}", f"write {_WORDS[kind]}")
    return float(value) if kind is float else value  # type: ignore[arg-type] # _is says that it is a number


def _unquoted(text: str) -> Misfit:
    return Misfit("is text, which YAML takes for something else", f"put it in quotes: {quoted(text)}")


def _choices(kind: Any) -> dict[str, object]:
    if get_origin(kind) is Literal:
        return {str(choice): choice for choice in get_args(kind)}
    return {str(choice.value): choice for choice in kind} if isinstance(kind, type) and issubclass(kind, Enum) else {}


def _is(kind: Any, value: object) -> bool:
    if kind in (str, bool):
        return isinstance(value, kind)
    numbers = (int, float) if kind is float else int
    return isinstance(value, numbers) and not isinstance(value, bool) and abs(value) <= LARGEST
