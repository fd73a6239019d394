"""The table of the segments in which the canary is worse, and how many were searched for it."""

from cli.report.quality.arms import printable, share
from cli.report.quality.gathered import Gathered
from cli.report.section import Part, Table
from lake.worse import Worse
from lambdas.rollout.judge.verdict import Arm
from lambdas.rollout.names import CANARY, STABLE

_COLUMNS = ("worse for", f"wrong, {CANARY}", f"wrong, {STABLE}", "adjusted p")


def part(gathered: Gathered) -> Part:
    """Compose the sentence, and a table where there is a segment to name."""
    search = gathered.measured.segments
    more = f" The worst {len(search.worse)} are shown." if search.more else ""
    table = Table(_COLUMNS, tuple(map(_row, search.worse))) if search.worse else None
    return Part("Segments", f"{search.summary}{more}", table=table)


def _row(worse: Worse) -> tuple[str, ...]:
    segment = worse.segment
    return printable(segment.name), _wrong(segment.canary), _wrong(segment.stable), f"{worse.p_value:.2g}"


def _wrong(arm: Arm) -> str:
    return f"{share(arm.rate)} of {arm.total:,}"
