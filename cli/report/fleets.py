"""A deployment that SageMaker made by itself, as a page: how much of what serves is the new fleet, and when."""

from collections.abc import Sequence

from cli.quantities import count, duration, percent
from cli.report.axis import decision_rules, time_axis, time_scale
from cli.report.page import Figure, Look, Page, Tile, narrow, sentence, wide
from cli.report.shapes import Chart, Frame, Label, Line, Tick, apart, joined, stairs
from cli.story import Story
from lambdas.rollout.native.line import ALARM, Deployment
from lambdas.rollout.plan import FULL
from lambdas.rollout.state import Entry, Phase

_HEADLINES: dict[Phase, tuple[str, Look]] = {
    Phase.PROMOTED: ("SageMaker replaced the fleet", "good"),
    Phase.ROLLED_BACK: ("SageMaker rolled back", "bad"),
    Phase.ROLLING_BACK: ("SageMaker is rolling back", "bad"),
}


def story(environment: str, endpoint: str, deployment: Deployment, entries: Sequence[Entry]) -> Story:
    """Tell a deployment as a story: what is to serve has the canary's place, what served has stable's.

    Alarms that fire after the end, and that nothing follows from, are left out. What serves at the end is what the
    ending says, and no count of instances.
    """
    told = zip(deployment.lines, entries, strict=True)
    kept = tuple(entry._replace(live_weight=entry.weight) for line, entry in told if not line.fact.startswith(ALARM))
    ends = {Phase.PROMOTED: FULL, Phase.ROLLED_BACK: 0}
    last = kept[-1]
    if deployment.ended and (served := ends.get(last.phase)) is not None:
        kept = (*kept[:-1], last._replace(weight=served, live_weight=served))
    return Story(environment, endpoint, deployment.number, deployment.before, deployment.after, kept)


def page(told: Story) -> Page:
    """Compose the page."""
    headline, look = _HEADLINES.get(told.phase, ("SageMaker is replacing the fleet", "open"))
    caption = "The share of the instances in service that are the new fleet's, as SageMaker told it."
    return Page(
        story=told,
        headline=headline,
        look=look,
        why=sentence(told.entries[-1].reason),
        tiles=(
            Tile("highest share", percent(told.highest), "of the new fleet's instances in service", "canary"),
            Tile("took", duration(told.until - told.began), count(len(told.entries), "stage")),
        ),
        figures=(Figure("Fleets", caption, fleets(told, wide(250)), fleets(told, narrow(220))),),
        subject="deployment by SageMaker",
        roles=f"Configuration {told.canary} in place of {told.stable}.",
    )


def fleets(told: Story, frame: Frame) -> Chart:
    """Draw the new fleet's share as an area, and the old one's as the rest."""
    x, y = time_scale(told, frame), frame.up(0, FULL)
    share = stairs((x(entry.at), y(entry.weight)) for entry in told.entries)
    edge = (*share, (x(x.high), share[-1][1]))
    ends = (("stable", y(FULL)), ("canary", y(0)))
    last = told.entries[-1].weight
    labels = (
        Label("stable", frame.width - frame.right + 8, y((FULL + last) / 2) + 4, f"old fleet {percent(FULL - last)}"),
        Label("canary", frame.width - frame.right + 8, y(last / 2) + 4, f"new fleet {percent(last)}"),
    )
    return Chart(
        frame=frame,
        summary=f"The new fleet's share of the instances in service over time; now {percent(last)}: {told.phase}.",
        x_ticks=time_axis(told, frame),
        y_ticks=tuple(Tick(y(weight), percent(weight)) for weight in range(0, FULL + 1, 2_500)),
        rules=decision_rules(told, frame),
        areas=tuple(Line(look, joined([(edge[0][0], at), *edge, (edge[-1][0], at)]) + " Z") for look, at in ends),
        lines=(Line("canary", joined(edge)),),
        labels=apart(labels, frame),
    )
