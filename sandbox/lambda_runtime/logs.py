"""Function logs: each line goes to its stream in CloudWatch Logs, and its embedded metrics to CloudWatch."""

import threading
import uuid
from datetime import UTC, datetime

from moto.logs.models import logs_backends

from sandbox import clock
from sandbox.cloudwatch.publish import put
from sandbox.iam.asked import Access
from sandbox.iam.guard import may
from sandbox.iam.roles import Caller
from sandbox.lambda_runtime.emf import metrics
from sandbox.place import ACCOUNT_ID, REGION


class LogStream:
    """The log stream of one runtime process; groups and streams are made when they are first needed.

    A function whose role may not write logs has none, as on AWS.
    """

    def __init__(self, group: str, version: str, function: Caller) -> None:
        today = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y/%m/%d")
        self.group = group
        self.name = f"{today}/[{version}]{uuid.uuid4().hex}"
        self._lock = threading.Lock()
        stream = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{group}:log-stream:{self.name}"
        writes = (Access(f"logs:{action}", stream) for action in ("CreateLogStream", "PutLogEvents"))
        self._permitted = may(function, *writes)

    def write(self, line: str) -> None:
        """Record a line that the function or its runtime printed."""
        if self._permitted:
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
