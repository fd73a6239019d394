"""`status` and `history`: what is, and what was."""

from argparse import Namespace

from rich.console import Group
from rich.text import Text

from cli import documents
from cli.answer import Answer
from cli.connect import Site
from cli.deployments import history_of_deployment, is_last
from cli.exits import Exit, RefusedError
from cli.snapshot import take
from cli.story import find_story
from cli.track import line, picture


def status(site: Site, arguments: Namespace) -> Answer:
    """Show one endpoint, or every endpoint of the environment."""
    names = site.endpoints if arguments.endpoint is None else (site.endpoint(arguments.endpoint),)
    snapshots = [take(site, name) for name in names]
    if all(snapshot.empty for snapshot in snapshots):
        raise RefusedError(
            Exit.NOTHING,
            f"nothing is deployed: neither SageMaker nor the ledger knows {', '.join(names) or 'an endpoint'}",
            f"run `cdktf deploy '{site.environment}-*'`",
        )
    return Answer(
        {"environment": site.environment, "endpoints": [documents.of_snapshot(s) for s in snapshots]},
        Group(*(picture(snapshot) for snapshot in snapshots)),
    )


def history(site: Site, arguments: Namespace) -> Answer:
    """Show a rollout's decisions, and with `--all` every look that changed nothing too.

    Of an endpoint whose fleet SageMaker replaced since by itself, it shows that deployment, unless a rollout is asked
    for.
    """
    endpoint = site.endpoint(arguments.endpoint)
    if arguments.deployment or (arguments.rollout is None and is_last(site, endpoint)):
        return history_of_deployment(site, endpoint, arguments)
    story = find_story(site.world.ledger, site.environment, endpoint, arguments.rollout)
    shown = story.entries if arguments.all else story.decisions
    heading = f"{story.endpoint} in {story.environment}: rollout {story.number}, {story.canary} beside {story.stable}"
    left_out = len(story.entries) - len(shown)
    footing = (
        [Text(f"{left_out} looks that changed nothing are left out (--all shows them)", "dim")] if left_out else []
    )
    return Answer(
        documents.of_story(story),
        Group(Text(f"{heading}: {story.phase}", "bold"), *(line(entry) for entry in shown), *footing),
    )
