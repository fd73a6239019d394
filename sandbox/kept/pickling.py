"""State to bytes and back. What belongs to a process (locks, workers) is made anew; backends stay themselves."""

import importlib
import io
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

import cloudpickle
from moto.core.base_backend import BackendDict, BaseBackend
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker


def _nothing() -> None:
    """Stand for what a process had running."""


_MADE_ANEW: dict[type, Callable[[], object]] = {
    type(make()): make for make in (threading.Lock, threading.RLock, threading.Condition, threading.Event)
} | {ExecutionWorker: _nothing}


def dump(state: object) -> bytes:
    """Return the bytes of a state; a backend in it is named, not copied."""
    out = io.BytesIO()
    _Pickler(out).dump(state)
    return out.getvalue()


def load(data: bytes) -> Any:
    """Return the state of the bytes."""
    return pickle.loads(data)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # it has no types
    """Knows moto's defaults that are lambdas, by way of cloudpickle."""

    def reducer_override(self, value: object) -> Any:
        kind = type(value)
        if isinstance(value, BaseBackend):
            return backend, (kind.__module__, kind.__qualname__, value.account_id, value.region_name)
        if kind in _MADE_ANEW:
            return _MADE_ANEW[kind], ()
        if isinstance(value, WeakValueDictionary):
            return WeakValueDictionary, (dict(value),)
        if isinstance(value, defaultdict) and kind is not defaultdict:  # its __init__ may want what it does not tell
            return kind.__new__, (kind,), vars(value), None, iter(value.items())
        return super().reducer_override(value)


def backend(module: str, kind: str, account: str, region: str) -> BaseBackend:
    """Find moto's backend of a class, account and region."""
    for found in vars(importlib.import_module(module)).values():
        if isinstance(found, BackendDict) and found.backend.__qualname__ == kind:
            of_region: BaseBackend = found[account][region]
            return of_region
    raise LookupError(f"{module} has no backends of {kind}")
