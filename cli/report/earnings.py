"""The picture of what the arms of a test have earned per answer, over time."""

from collections.abc import Iterator, Mapping

from cli.quantities import utc
from cli.report.axis import decision_rules, time_axis, time_scale
from cli.report.scale import nice_top
from cli.report.shapes import Chart, Dot, Frame, Label, Line, Tick, apart, joined
from cli.story import Story
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.state import Entry, Result

_ROOM_FOR_COUNTS = 150
"""Pixels right of the plot that counts need."""
_LOWEST_TOP = 1e-6


def metric(story: Story) -> str:
    """Name what its test is about, where the ledger still has the plan."""
    tests = (step.tests for step in story.steps)
    return next((each.metric for each in tests if each), "earned")


def heading(story: Story) -> str:
    """Head the picture."""
    return {"conversion": "Conversion", "revenue": "Revenue per answer"}.get(metric(story), "Earned per answer")


def looks(story: Story) -> list[Entry]:
    """The looks at a test; where there was none there is no picture."""
    return [entry for entry in story.entries if any(result.exposed for result in entry.results)]


def earnings(story: Story, frame: Frame) -> Chart:
    """Draw what each arm has earned per answer since its test began, as each look knew it."""
    seen, told = looks(story), metric(story)
    x = time_scale(story, frame)
    top = nice_top(max([_LOWEST_TOP, *(each.mean for entry in seen for each in entry.results)]))
    y = frame.up(0, top)
    paths = {name: [(x(entry.at), y(found[name].mean)) for entry, found in _with(seen, name)] for name in _arms(seen)}
    return Chart(
        frame=frame,
        summary=f"{told} per answer over time. {', '.join(_counted(each, told) for each in seen[-1].results)}.",
        x_ticks=time_axis(story, frame),
        y_ticks=tuple(Tick(y(top * part / 4), _written(top * part / 4, told)) for part in (0, 2, 4)),
        rules=decision_rules(story, frame),
        lines=tuple(Line(_look(name), joined(path), name) for name, path in paths.items()),
        dots=tuple(
            Dot(_look(name), x(entry.at), y(found[name].mean), 2.5, f"{utc(entry.at)}: {_counted(found[name], told)}")
            for name in paths
            for entry, found in _with(seen, name)
        ),
        labels=_ends(seen[-1].results, frame, top, told),
    )


def _arms(seen: list[Entry]) -> list[str]:
    return list(dict.fromkeys(each.variant for entry in seen for each in entry.results if each.exposed))


def _with(seen: list[Entry], name: str) -> Iterator[tuple[Entry, Mapping[str, Result]]]:
    """Find the looks that know of an arm's answers."""
    for entry in seen:
        found = {each.variant: each for each in entry.results if each.exposed}
        if name in found:
            yield entry, found


def _look(name: str) -> str:
    return name if name in (STABLE, CANARY) else "challenger"


def _counted(result: Result, told: str) -> str:
    return f"{result.variant} {_written(result.mean, told)} of {result.exposed:,}"


def _written(mean: float, told: str) -> str:
    return f"{100 * mean:.3g} %" if told == "conversion" else f"{mean:.3g}"


def _ends(results: tuple[Result, ...], frame: Frame, top: float, told: str) -> tuple[Label, ...]:
    y, right = frame.up(0, top), frame.width - frame.right + 8
    roomy = frame.right > _ROOM_FOR_COUNTS
    named = (
        Label(
            _look(each.variant),
            right,
            y(each.mean) + 4,
            _counted(each, told) if roomy else f"{each.variant} {_written(each.mean, told)}",
        )
        for each in results
        if each.exposed
    )
    return apart(named, frame)
