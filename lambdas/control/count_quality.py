"""From files of captures and ground truth to counters of quality: each request once, whichever half comes first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quality import counts, inputs
from lambdas.rollout.quality.ports import Outcome
from lambdas.rollout.quality.predicted import inference
from lambdas.rollout.quality.truth import told
from lambdas.rollout.shadow.capture import endpoint_of, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambdas.rollout.quality.counts import Judged
    from lambdas.rollout.quality.ports import Predictions, PublishedQuality, TruthFiles, Watch, Watched
    from lambdas.rollout.quality.predicted import Inference
    from lambdas.rollout.quality.truth import Truth
    from lambdas.rollout.shadow.capture import Record
    from lambdas.rollout.shadow.ports import Captures

COMPARED = (STABLE, CANARY)
"""Whose requests are compared with each other: nobody would read what challengers are asked."""
_AT_ONCE = 100
"""Requests that are noted before what they add up to is published: as many are lost to the judge by a crash."""


@dataclass(frozen=True, slots=True)
class Quality:
    """The ports, the clock (seconds since the epoch), and the ``grain`` of counters: the metric period in seconds."""

    watch: Watch
    captures: Captures
    truths: TruthFiles
    predictions: Predictions
    published: PublishedQuality
    now: Callable[[], float]
    grain: float


def count_predictions(ports: Quality, bucket: str, key: str) -> int | None:
    """Note what a capture file's records predict, and count it; returns how many rows are readable.

    None where it is no capture of an arm of the rollout, or nobody watches the endpoint. Doing it again changes
    nothing. A crash hides counts of at most a lot of requests from the judge, and never shows him any twice.
    """
    place = place_of(key)
    watched = ports.watch.watched(place.endpoint) if place else None
    since = watched.arms.get(place.variant) if place and watched else None
    if place is None or watched is None or since is None:
        return None
    rows = 0
    captured = ports.captures.read(bucket, key, place)
    fitting = [each for each in captured.records if each.at >= since]
    for start in range(0, len(fitting), _AT_ONCE):
        rows += _predicted(ports, watched, fitting[start : start + _AT_ONCE])
    return rows


def _predicted(ports: Quality, watched: Watched, records: Sequence[Record]) -> int:
    new: list[Inference] = []
    found: list[Judged] = []
    asked: list[Record] = []
    read = [(record, one) for record in records if (one := inference(record, watched.schema))]
    told = ports.predictions.predicted(watched.endpoint, [(record.id, one) for record, one in read])
    for (record, one), noted in zip(read, told, strict=True):
        if noted.new:
            new.append(one)
            asked.append(record)
            found += _both(ports, watched, one, noted.known.truth)[1]
    if made := counts.of_predictions(new, watched.schema, ports.grain):
        ports.published.publish(watched.endpoint, made)
    compared = [record for record in asked if record.variant in COMPARED]
    if binned := inputs.binned(compared, watched.schema, watched.baseline, ports.grain):
        ports.published.inputs(watched.endpoint, binned)
    _publish(ports, watched, found)
    return sum(prediction is not None for one in new for prediction in one.predictions)


def count_truths(ports: Quality, bucket: str, key: str) -> Counter[Outcome] | None:
    """Read a file of ground truth and count what it tells; returns what became of its truths.

    None where it is none, or nobody watches the endpoint. Where an endpoint has the name of another one's variant, a
    capture of that looks like one by its key: then no line of it is a truth.
    """
    endpoint = endpoint_of(key)
    watched = ports.watch.watched(endpoint) if endpoint else None
    if watched is None:
        return None
    truths, outcomes = ports.truths.truths(bucket, key).truths, Counter[Outcome]()
    for start in range(0, len(truths), _AT_ONCE):
        outcomes += _revealed(ports, watched, truths[start : start + _AT_ONCE])
    ports.published.outcomes(watched.endpoint, dict(outcomes))
    return outcomes


def _revealed(ports: Quality, watched: Watched, truths: Sequence[Truth]) -> Counter[Outcome]:
    outcomes = Counter[Outcome]()
    found: list[Judged] = []
    for truth, noted in zip(truths, ports.predictions.revealed(watched.endpoint, truths), strict=True):
        if noted.new:
            both = [_both(ports, watched, one, truth) for one in noted.known.inferences]
            found += [row for _, rows in both for row in rows]
            outcome = _told([outcome for outcome, _ in both])
        else:
            before = noted.known.truth
            outcome = Outcome.DOUBLED if before and before.labels == truth.labels else Outcome.CONTRADICTORY
        outcomes[outcome] += 1
    _publish(ports, watched, found)
    return outcomes


def _told(outcomes: Sequence[Outcome]) -> Outcome:
    """Tell what became of a truth, by its inferences: it counted where it did for one of them."""
    if Outcome.COUNTED in outcomes:
        return Outcome.COUNTED
    return outcomes[0] if outcomes else Outcome.WAITING


def _both(
    ports: Quality, watched: Watched, one: Inference, truth: Truth | None
) -> tuple[Outcome, tuple[Judged, ...]]:
    """Put an inference and its request's truth together, where both are known."""
    if truth is None:
        return Outcome.WAITING, ()
    if ports.now() - one.at > watched.schema.window:
        return Outcome.LATE, ()
    found = counts.judged(one, truth.labels, watched.schema)
    fit = found and all(told(label, watched.schema) for label in truth.labels)
    return Outcome.COUNTED if fit else Outcome.UNFIT, found


def _publish(ports: Quality, watched: Watched, found: Sequence[Judged]) -> None:
    if made := counts.of_truths(found, watched.schema, ports.grain):
        ports.published.publish(watched.endpoint, made)
    if values := counts.values(found, watched.schema, ports.grain):
        ports.published.spread(watched.endpoint, values)
