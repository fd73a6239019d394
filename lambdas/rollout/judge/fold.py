"""Folding a series that grows at its end, without stepping twice over what was there before."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

State = TypeVar("State")
Item = TypeVar("Item")
Result = TypeVar("Result")


class Fold(Generic[State, Item]):
    """`functools.reduce`, but what the last call had at its beginning is not stepped again.

    A judge recomputes from the whole series at each look, so that late data corrects earlier looks; this makes
    the usual case, in which nothing but the newest period is new, cost one step. States must be immutable.
    """

    def __init__(self, step: Callable[[State, Item], State], start: State) -> None:
        self._step = step
        self._items: list[Item] = []
        self._states = [start]

    def __call__(self, items: Sequence[Item]) -> State:
        """Return the state after all ``items``."""
        known = _common(self._items, items)
        del self._items[known:], self._states[known + 1 :]
        for item in items[known:]:
            self._states.append(self._step(self._states[-1], item))
            self._items.append(item)
        return self._states[-1]


class Mapped(Generic[Item, Result]):
    """A growing series mapped item by item, without what maps to None; no item is mapped twice."""

    def __init__(self, function: Callable[[Item], Result | None]) -> None:
        self._function = function
        self._items: list[Item] = []
        self._results: list[Result] = []
        self._counts = [0]

    def __call__(self, items: Sequence[Item]) -> Sequence[Result]:
        """Return the results of all ``items``."""
        known = _common(self._items, items)
        del self._items[known:], self._results[self._counts[known] :], self._counts[known + 1 :]
        for item in items[known:]:
            result = self._function(item)
            if result is not None:
                self._results.append(result)
            self._items.append(item)
            self._counts.append(len(self._results))
        return self._results


def _common(before: list[Item], now: Sequence[Item]) -> int:
    """Count the leading items that are the same; a series that only grew is found out without a loop."""
    if list(now[: len(before)]) == before:
        return len(before)
    for index, (old, new) in enumerate(zip(before, now, strict=False)):
        if old is not new and old != new:
            return index
    return min(len(before), len(now))
