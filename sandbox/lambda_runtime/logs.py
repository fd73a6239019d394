"""Function logs: each line goes to its stream in CloudWatch Logs, and its embedded metrics to CloudWatch."""

import threading
import uuid
from datetime import UTC, datetime

from moto.logs.models import logs_backends

from sandbox import clock
from sandbox.cloudwatch.publish import put
from sandbox.lambda_runtime.emf import metrics
from sandbox.place import ACCOUNT_ID, REGION


class LogStream:
    """The log stream of one runtime process; groups and streams are made when they are first needed."""

    def __init__(self, group: str, version: str) -> None:
        today = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y/%m/%d")
        self.group = group
        self.name = f"{today}/[{version}]{uuid.uuid4().hex}"
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        """Record a line that the function or its runtime printed."""
        with self._lock:
            self._record(line)
        for datum in metrics(line):
            for value in datum.values:
                put(datum.namespace, datum.name, datum.dimensions, value, datum.unit, datum.at)

    def _record(self, line: str) -> None:
        backend = logs_backends[ACCOUNT_ID][REGION]
        backend.ensure_log_group(self.group)
        if self.name not in backend.groups[self.group].streams:
            backend.create_log_stream(self.group, self.name)
        event = {"timestamp": int(clock.now() * 1000), "message": line + "\n"}
        backend.put_log_events(self.group, self.name, [event])
