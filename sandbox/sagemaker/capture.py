"""Data capture: exchanges are gathered, and written to S3 now and then."""

import logging
import random
import threading
import uuid
from collections import defaultdict

from moto.s3.models import s3_backends

from sandbox.clock import Ticker, now
from sandbox.place import ACCOUNT_ID
from sandbox.sagemaker import execution
from sandbox.sagemaker.record import Capture, Exchange, file_name, folder, line

_log = logging.getLogger(__name__)


def wanted(capture: Capture) -> bool:
    """Draw whether to capture a request."""
    if not capture or not capture.get("EnableCapture"):
        return False
    return random.random() * 100 < float(capture["InitialSamplingPercentage"])


class Recorder:
    """Gathers lines by bucket and folder; `stop` writes what is left."""

    def __init__(self, interval: float) -> None:
        self._lines: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._ticker = Ticker("data-capture", interval, self.flush)
        self._ticker.start()

    def add(self, capture: Capture, exchange: Exchange, role: str) -> None:
        """Keep an exchange for the next file, which is written in the name of the model's execution role."""
        place = folder(capture, exchange.endpoint, exchange.variant, exchange.at)
        text = line(capture, exchange)
        with self._lock:
            self._lines[role, *place].append(text)

    def flush(self) -> None:
        """Write one file per folder that has lines; what was added before it is in S3 after it, whoever writes it."""
        with self._writing:
            with self._lock:
                ready, self._lines = self._lines, defaultdict(list)
            for (role, bucket, prefix), lines in ready.items():
                key = f"{prefix}/{file_name(now(), str(uuid.uuid4()))}"
                self._write(role, bucket, key, "".join(f"{text}\n" for text in lines))

    def stop(self) -> None:
        """End the loop and write what is left."""
        self._ticker.stop()
        self.flush()

    @staticmethod
    def _write(role: str, bucket: str, key: str, text: str) -> None:
        if not execution.may_write(role, bucket, key):
            _log.warning("%s may not write captured data to s3://%s/%s", role, bucket, key)
            return
        try:
            s3_backends[ACCOUNT_ID]["aws"].put_object(bucket, key, text.encode())
        except Exception:  # noqa: BLE001 - a bucket that is gone loses records, it must not hurt the endpoint
            _log.exception("Captured data could not be written to s3://%s/%s", bucket, key)
