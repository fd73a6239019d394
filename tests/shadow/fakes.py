"""Ports of the shadow function in memory; any call can be made to crash, before it does its work or after."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lambdas.control.pair_up import Pairing
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.ports import ConflictError
from lambdas.rollout.shadow.capture import Captured, Place, read_file
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.ports import ShadowPeriod, Stored
from lambdas.rollout.shadow.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from lambdas.rollout.shadow.join import Pair, Settled

PERIOD = ShadowPeriod("mortgage", 3, Comparison(threshold=0.5), 0.0)


class CrashError(Exception):
    """The process ends here."""


class Fate:
    """Draws what becomes of each call: ``crash`` before it or after it, ``conflict``, or nothing."""

    def __init__(self, draws: Iterator[str]) -> None:
        self._draws = draws
        self._draw = ""

    def before(self) -> None:
        self._draw = next(self._draws, "")
        if self._draw == "crash before":
            raise CrashError

    def after(self) -> None:
        if self._draw == "crash after":
            raise CrashError

    def interferes(self) -> bool:
        return self._draw == "conflict"


class MemoryPairs:
    """The table of pairs in memory."""

    def __init__(self, fate: Fate | None = None) -> None:
        self.revision, self.summary = 0, Summary()
        self.pairs: dict[str, Pair] = {}
        self.files: set[str] = set()
        self._fate = fate or Fate(iter(()))

    def load(self, period: ShadowPeriod, ids: Collection[str]) -> Stored:
        del period
        self._fate.before()
        return Stored(self.revision, self.summary, {each: self.pairs[each] for each in ids if each in self.pairs})

    def commit(self, period: ShadowPeriod, before: Stored, settled: Settled) -> None:
        del period
        self._fate.before()
        self._require(all(self.pairs.get(each) == before.pairs.get(each) for each in settled.pairs))
        if settled.summary != before.summary:
            self._write_summary(before, settled.summary)
        self.pairs |= settled.pairs
        self._fate.after()

    def is_read(self, period: ShadowPeriod, file: str) -> bool:
        del period
        self._fate.before()
        return file in self.files

    def finish(self, period: ShadowPeriod, before: Stored, file: str, damaged: int) -> None:
        del period
        self._fate.before()
        if file in self.files:
            return
        if damaged:
            self._write_summary(before, before.summary._replace(damaged=before.summary.damaged + damaged))
        self.files.add(file)
        self._fate.after()

    def _write_summary(self, before: Stored, summary: Summary) -> None:
        self._require(self.revision == before.revision)
        self.summary, self.revision = summary, self.revision + 1

    def _require(self, held: bool) -> None:  # noqa: FBT001 - the condition itself
        if not held or self._fate.interferes():
            raise ConflictError("somebody else counted first")


class MemoryPublished:
    """Sums of what was published, by minute."""

    def __init__(self, fate: Fate | None = None) -> None:
        self.minutes: Counter[float] = Counter()
        self.bad: Counter[float] = Counter()
        self._fate = fate or Fate(iter(()))

    def publish(self, endpoint: str, minutes: Mapping[float, Arm]) -> None:
        del endpoint
        self._fate.before()
        for at, arm in minutes.items():
            self.minutes[at] += arm.total
            self.bad[at] += arm.bad
        self._fate.after()

    @property
    def total(self) -> Arm:
        return Arm(self.bad.total(), self.minutes.total())


class MemoryCaptures:
    """Capture files by key."""

    def __init__(self, files: Mapping[str, list[bytes]]) -> None:
        self._files = files

    def read(self, bucket: str, key: str, place: Place) -> Captured:
        del bucket
        return read_file(self._files[key], place)


class OnePeriod:
    """One endpoint is in a shadow period."""

    def __init__(self, period: ShadowPeriod | None = PERIOD) -> None:
        self._period = period

    def period(self, endpoint: str) -> ShadowPeriod | None:
        return self._period if self._period and self._period.endpoint == endpoint else None


def pairing(
    files: Mapping[str, list[bytes]],
    pairs: MemoryPairs,
    published: MemoryPublished,
    period: ShadowPeriod | None = PERIOD,
) -> Pairing:
    return Pairing(OnePeriod(period), MemoryCaptures(files), pairs, published, lambda _: None)
