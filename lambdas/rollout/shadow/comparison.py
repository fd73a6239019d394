"""The terms of a comparison."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """When two answers to one request count as the same.

    Labels are compared where there are any: text that a model answers, the greatest of scores that sum to 1, and
    with ``threshold`` whether each score reaches it. Scores may differ by ``tolerance``, or by the share
    ``relative`` of the greater one, whichever is more. Where both are 0, scores count only if there is no label,
    and must then be equal up to rounding.

    ``segments`` names the input columns by which disagreement is told apart; None takes the first three that hold
    words, () none. Values of these columns are kept as the segments' names.
    """

    tolerance: float = 0.0
    relative: float = 0.0
    threshold: float | None = None
    segments: tuple[str, ...] | None = None
