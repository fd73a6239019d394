"""Captured records go to S3 by whoever comes first: who waits for them waits for that."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sandbox.sagemaker.capture import Recorder
from sandbox.sagemaker.record import Exchange

if TYPE_CHECKING:
    import pytest

CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://captures/prod",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}
EXCHANGE = Exchange("mortgage", "stable", "event", "id", b"30", "text/csv", b"1", "text/csv", 1_000_000.0)


def test_a_flush_ends_after_the_one_that_writes_what_was_there_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that is deleted flushes, and then its role may write no more; the loop may have begun to."""
    began, go = threading.Event(), threading.Event()
    written: list[tuple[str, ...]] = []
    seen: list[int] = []

    def write(*written_as: str) -> None:
        began.set()
        go.wait(10)
        written.append(written_as)

    def delete() -> None:
        recorder.flush()
        seen.append(len(written))

    recorder = Recorder(interval=3_600)
    monkeypatch.setattr(Recorder, "_write", staticmethod(write))
    recorder.add(CAPTURE, EXCHANGE, "role")
    loop, deletion = (threading.Thread(target=each) for each in (recorder.flush, delete))
    loop.start()
    assert began.wait(10)
    deletion.start()
    deletion.join(0.2)  # it would have ended by now: there is nothing left for it to write
    go.set()
    for thread in (loop, deletion):
        thread.join(10)
    recorder.stop()
    assert seen == [1]
