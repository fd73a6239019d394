"""The section as a whole: what was read, what could not be, and the parts."""

from collections.abc import Iterator

from cli.quantities import count
from cli.report.quality import drift, groups, labels, over_time, segments
from cli.report.quality.arms import printable
from cli.report.quality.gathered import Gathered
from cli.report.section import Part, Section
from cli.story import Story
from lambdas.rollout.names import CANARY, STABLE

_TITLE = "Quality"


def section(story: Story, gathered: Gathered) -> Section:
    """Compose the section; where no record can be read it says so, and draws nothing."""
    lead = " ".join(_lead(gathered))
    if not gathered.variants:
        return Section(_TITLE, lead)
    parts = tuple(_parts(story, gathered))
    heading = "Mean absolute error" if gathered.schema.predicted.number else "Right answers"
    first = parts[0].charts
    return Section(_TITLE, lead, parts, (heading, first[0]) if first else None)


def _parts(story: Story, gathered: Gathered) -> Iterator[Part]:
    if gathered.slices:
        yield over_time.part(story, gathered)
    else:
        yield Part("Quality over time", labels.silence(gathered))
    yield drift.part(gathered)
    yield from groups.parts(gathered)
    yield segments.part(gathered)
    yield labels.part(gathered)


def _lead(gathered: Gathered) -> Iterator[str]:
    read = gathered.measured.files
    since, until = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in gathered.asked.interval.utc)
    files = f"{count(len(read.captures), 'file')} of captures and {count(len(read.truths), 'file')} of truths"
    yield f"From {files} ({read.size / 1e6:,.1f} MB), for inferences from {since} to {until}."
    if gathered.measured.faults:
        faults = ", ".join(
            f"{printable(each['variant'] or 'unknown')} {each['fault']} {each['records']:,}"
            for each in gathered.measured.faults
        )
        yield f"Records that could not be read, by what is wrong with them: {faults}."
    if not gathered.variants:
        yield "No record could be read: nothing is known of how good the answers were."
        return
    missing = [name for name in (STABLE, CANARY) if name not in gathered.variants]
    if missing:
        yield f"No answer of {' or '.join(missing)} was captured in this time."
