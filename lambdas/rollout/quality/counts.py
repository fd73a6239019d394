"""Counting predictions and truths into what the judge reads: counters by time, variant and group. Pure.

A group of "" is everybody. What each counter means is in docs/metrics.md.
"""

import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lambdas.rollout.quality.predicted import Inference, Prediction, number, word
from lambdas.rollout.quality.schema import Predicted, Schema
from lambdas.rollout.quality.truth import told

EVERYBODY = ""


class Slot(NamedTuple):
    """Where something counts: the inference's time to a grain (seconds since the epoch), the variant, the group."""

    at: float
    variant: str
    group: str = EVERYBODY


Counts = Mapping[Slot, Mapping[str, float]]
"""Counters to be added, by name."""


Values = Mapping[Slot, Mapping[str, tuple[float, ...]]]
"""Values whose distribution is judged, by the name of their metric."""
_LEAST_CHANCE = sys.float_info.epsilon
"""A chance below it counts as it: the loss of what was held for impossible is large, and not infinite."""


class Judged(NamedTuple):
    """A prediction whose truth is known, and what it ``earned``; ``at`` is in seconds since the epoch."""

    at: float
    variant: str
    prediction: Prediction
    truth: str
    earned: float | None = None


def of_predictions(inferences: Iterable[Inference], schema: Schema, grain: float) -> Counts:
    """Count what was decided, of which no truth is needed."""
    counts = _Counting(grain)
    favourable = word(schema.predicted.good)
    for inference in inferences:
        for prediction in filter(None, inference.predictions):
            slot = Slot(inference.at, inference.variant)
            counts.add(slot, "Predictions")
            if favourable is not None:
                for group in prediction.groups:
                    there = slot._replace(group=group)
                    counts.add(there, "Decisions")
                    counts.add(there, "Unfavourable", 0.0 if prediction.label == favourable else 1.0)
    return counts.made


def judged(inference: Inference, labels: tuple[str, ...], schema: Schema) -> tuple[Judged, ...]:
    """Put each row's truth to its prediction, where it can be one of it; none where they are not as many."""
    if len(labels) != len(inference.predictions):
        return ()
    pairs = zip(inference.predictions, (told(label, schema) for label in labels), strict=True)
    fitting = ((each, truth) for each, truth in pairs if each and truth)
    return tuple(Judged(inference.at, inference.variant, each, *truth) for each, truth in fitting)


def of_truths(found: Iterable[Judged], schema: Schema, grain: float) -> Counts:
    """Count how predictions compare with what turned out to be true, and which were followed by a conversion."""
    counts, said, all_found = _Counting(grain), schema.predicted, tuple(found)
    conversion = word(schema.kpi.conversion)
    for each in all_found:
        slot = Slot(each.at, each.variant)
        counts.add(slot, "Labelled")
        if each.prediction.score is not None:
            counts.add(slot, "ExpectedPositives", each.prediction.score)
        if conversion is not None:
            counts.add(slot, "Conversions" if each.truth == conversion else "Losses")
        for group, cell in () if said.number else _cells(each, said):
            counts.add(slot._replace(group=group), cell)
    if said.score:
        _pair_up(counts, all_found, said)
    return counts.made


def values(found: Iterable[Judged], schema: Schema, grain: float) -> Values:
    """Tell how far each prediction was off, and what it earned.

    ``LogLoss`` and ``Brier`` of scores and ``AbsoluteError`` of numbers, where 0 is perfect; ``Revenue`` of those
    that earned anything. Log loss is -log of the chance given to what turned out to be true (natural logarithm),
    Brier's score the square of what that chance lacks to 1 (Brier 1950, of one of the two labels).
    """
    made: dict[Slot, dict[str, tuple[float, ...]]] = defaultdict(lambda: defaultdict(tuple))
    for each in found:
        for name, value in _values(each, schema.predicted):
            made[Slot(each.at // grain * grain, each.variant)][name] += (value,)
    return made


def _values(each: Judged, said: Predicted) -> Iterator[tuple[str, float]]:
    if each.earned:  # where most earn nothing, quantiles of all would be nothing; how many do is `Conversions`
        yield "Revenue", each.earned
    if said.number:
        true = number(each.truth)
        if true is not None and each.prediction.value is not None:
            yield "AbsoluteError", abs(each.prediction.value - true)
    elif each.prediction.score is not None:
        chance = each.prediction.score if each.truth == word(said.positive) else 1 - each.prediction.score
        yield "LogLoss", -math.log(max(chance, _LEAST_CHANCE))
        yield "Brier", (1 - chance) ** 2


def _cells(each: Judged, said: Predicted) -> Iterator[tuple[str, str]]:
    """Tell the cell in which a row counts for everybody, and for each of its groups.

    Of several classes a right answer is a true positive of the class that it names, and a wrong one a false positive
    of it (micro-averaged): accuracy is what they make. Groups are told by the favourable class against all others.
    """
    positive = word(said.positive)
    if said.classes:
        yield EVERYBODY, "TruePositives" if each.prediction.label == each.truth else "FalsePositives"
        positive = word(said.favourable)
    else:
        yield EVERYBODY, _cell(each, positive)
    if positive is not None:
        cell = _cell(each, positive)
        yield from ((group, cell) for group in each.prediction.groups)


def _cell(each: Judged, positive: str | None) -> str:
    predicted, true = each.prediction.label == positive, each.truth == positive
    if predicted:
        return "TruePositives" if true else "FalsePositives"
    return "FalseNegatives" if true else "TrueNegatives"


def _pair_up(counts: "_Counting", found: Iterable[Judged], said: Predicted) -> None:
    """Pair positives with negatives of the same variant, each in one pair at most; a tie is no order.

    Pairs are disjoint, or they would not be independent and the judge's bounds would not hold. What has no partner in
    this lot is left out.
    """
    waiting: dict[str, tuple[list[Judged], list[Judged]]] = defaultdict(lambda: ([], []))
    for each in found:
        if each.prediction.score is not None:
            waiting[each.variant][each.truth != word(said.positive)].append(each)
    for variant, (positives, negatives) in waiting.items():
        for positive, negative in zip(positives, negatives, strict=False):
            ordered = (negative.prediction.score or 0.0) < (positive.prediction.score or 0.0)
            counts.add(
                Slot(max(positive.at, negative.at), variant), "ConcordantPairs" if ordered else "DiscordantPairs"
            )


class _Counting:
    """Counters under way, at times that are multiples of ``grain`` seconds."""

    def __init__(self, grain: float) -> None:
        self.made: dict[Slot, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._grain = grain

    def add(self, slot: Slot, name: str, value: float = 1.0) -> None:
        self.made[slot._replace(at=slot.at // self._grain * self._grain)][name] += value
