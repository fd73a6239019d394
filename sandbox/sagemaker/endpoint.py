"""A live endpoint: its state, replaced as a whole at each change, and its model servers."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.clock import now
from sandbox.events import emit
from sandbox.sagemaker import describe
from sandbox.sagemaker.asynchronous.queue import Queue
from sandbox.sagemaker.catalog import Tags
from sandbox.sagemaker.describe import Identity
from sandbox.sagemaker.fleet import Fleet, State
from sandbox.sagemaker.server import ModelServer

_log = logging.getLogger(__name__)

ServerKey = tuple[int, str]  # a fleet's serial and a variant's name


class Endpoint:
    """Readers take `state` once and see one moment; only one deployment at a time changes it."""

    def __init__(self, identity: Identity, state: State, tags: Tags) -> None:
        self.identity = identity
        self.state = state
        self.servers: dict[ServerKey, ModelServer] = {}
        self.queue = Queue()  # of requests, where it is asynchronous
        self._tags = tags
        self._lock = threading.RLock()

    def begin(self, status: str, plan: Callable[[State], Mapping[str, Any]]) -> State:
        """Change to an in-progress status with what `plan` makes of the present state; return the new state.

        `plan` raises Refused when the state does not allow it. Of two calls at the same time one waits.
        """
        with self._lock:
            self.change(**plan(self.state), status=status)
            return self.state

    def change(self, **changes: Any) -> None:
        """Replace parts of the state and tell EventBridge."""
        with self._lock:
            before = self.state
            self.state = replace(before, modified=now(), **changes)
            after = self.state
        self.tell(before, after)

    def server(self, fleet: Fleet, variant: str) -> ModelServer | None:
        """Find the model server of a variant."""
        return self.servers.get((fleet.serial, variant))

    def tell(self, before: State | None, after: State) -> None:
        """Emit what the change from `before` to `after` is worth telling."""
        detail = describe.event(self.identity, after, self._tags.of(self.identity.arn))
        if before is None or before.status != after.status:
            self._emit("SageMaker Endpoint State Change", detail)
        if _deploying(after) and (before is None or _progress(before) != _progress(after)):
            self._emit("SageMaker Endpoint Deployment State Change", detail)

    def _emit(self, kind: str, detail: dict[str, Any]) -> None:
        try:
            emit("aws.sagemaker", kind, detail, [self.identity.arn])
        except Exception:  # noqa: BLE001 - whatever a rule does wrong, a deployment goes on
            _log.exception("An event of %s was lost", self.identity.name)


def _deploying(state: State) -> bool:
    return state.status in {"Updating", "RollingBack"}


def _progress(state: State) -> object:
    fleets = [fleet for fleet in (state.blue, state.green) if fleet]
    return [state.status, *((variant.name, variant.progress) for fleet in fleets for variant in fleet.everyone())]
