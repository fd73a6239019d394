"""Baselines: read from the files that an environment names, and cut into the bins that functions count in."""

import json
from collections.abc import Iterator
from dataclasses import replace

from infra.spec.endpoint import Endpoint
from infra.spec.environment import Environment
from infra.spec.errors import KeyPath, SpecError
from infra.spec.monitor import Monitor
from infra.spec.source import Document
from lambdas.rollout.documents import encode
from lambdas.rollout.quality.bins import ANSWER, Baseline, Bins, bins, watched
from lambdas.rollout.quality.schema import Kind
from lambdas.rollout.quality.statistics import Numbers, Statistics, UnreadableError, read

MOST = 380_000
"""Bytes of a baseline's bins: an item of DynamoDB holds 400 KB with its names (developer guide, "Quotas")."""
_WRITE = (
    "write one with `serinus quality ENV ENDPOINT --captures DIR --write-baseline DIR`, and name its statistics.json"
)


class _Unfit(Exception):  # noqa: N818 - it is always caught here
    """A baseline that cannot be used: what is wrong with it, and the fix."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem, self.fix = problem, fix


def with_baselines(environment: Environment, document: Document) -> tuple[Environment, tuple[SpecError, ...]]:
    """Fill in what each endpoint's baseline says; for an environment that the rules have passed."""
    errors: list[SpecError] = []
    endpoints = []
    for endpoint in environment.endpoints:
        keys: KeyPath = ("endpoints", endpoint.name, "baseline")
        try:
            inputs = _baseline(endpoint, document, keys)
            endpoints.append(replace(endpoint, inputs=inputs, monitor=_monitored(endpoint, document, keys)))
        except _Unfit as unfit:
            errors.append(SpecError(document.told(keys), keys, unfit.problem, unfit.fix))
    return (environment if errors else replace(environment, endpoints=tuple(endpoints))), tuple(errors)


def _baseline(endpoint: Endpoint, document: Document, keys: KeyPath) -> Baseline:
    if endpoint.baseline is None:
        return Baseline()
    path = document.place(keys).file.parent / endpoint.baseline
    try:
        found = read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _Unfit(f"cannot be read: {error}", f"write its path from this file's folder; {_WRITE}") from error
    except UnreadableError as error:
        raise _Unfit(f"is {error}", _WRITE) from error
    baseline = Baseline(tuple(_features(endpoint, found)))
    if (size := len(encode(baseline).encode())) > MOST:
        problem = f"makes bins of {size:,} bytes, and the ledger takes {MOST:,} of them"
        raise _Unfit(problem, "take columns with the longest categories out of the schema")
    return baseline


def _monitored(endpoint: Endpoint, document: Document, keys: KeyPath) -> Monitor | None:
    """Fill in what the monitor compares with: the baseline's file, and the constraints beside it where there are."""
    if endpoint.monitor is None or endpoint.baseline is None:
        return endpoint.monitor
    statistics = document.place(keys).file.parent / endpoint.baseline
    constraints = statistics.with_name("constraints.json")
    try:
        text = constraints.read_text(encoding="utf-8") if constraints.exists() else ""
        if text:
            json.loads(text)
    except (OSError, ValueError) as error:
        problem = f"has a constraints.json beside it that cannot be read: {error}"
        raise _Unfit(problem, f"take it away: the monitor works without; or {_WRITE}") from error
    return replace(endpoint.monitor, statistics=statistics.read_text(encoding="utf-8"), constraints=text)


def _features(endpoint: Endpoint, found: Statistics) -> Iterator[Bins]:
    """Cut every column into bins, and the answer where the baseline has it: training data has none."""
    for name, kind in watched(endpoint.schema) if endpoint.schema else ():
        if name not in found:
            if name == ANSWER:
                continue
            raise _Unfit(f"has no feature {name}, which is among the schema's columns", _WRITE)
        is_number = isinstance(found[name], Numbers)
        if is_number != (kind is Kind.NUMBER):
            has, wanted = ("a number", "a category") if is_number else ("a category", "a number")
            problem = f"has {name} as {has}, and the schema as {wanted}"
            raise _Unfit(problem, f"correct the schema's columns, or {_WRITE}")
        cut = bins(name, found[name])
        if cut is None:
            raise _Unfit(f"has no value of {name}", f"take data in which there are some, and {_WRITE}")
        yield cut
