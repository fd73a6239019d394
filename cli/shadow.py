"""`shadow`: what was compared while the canary was a shadow."""

from argparse import Namespace

from rich.console import Group
from rich.text import Text

from cli.answer import Answer
from cli.compared import of_summary
from cli.connect import Site
from cli.exits import Exit, RefusedError
from cli.story import find_story
from lambdas.rollout.shadow.report import lines


def shadow(site: Site, arguments: Namespace) -> Answer:
    """Show how much disagrees, in what, where most, and examples; refuses where nothing was compared."""
    story = find_story(site.world.ledger, site.environment, site.endpoint(arguments.endpoint), arguments.rollout)
    summary = site.compared(story.endpoint, story.number)
    if not summary.requests and not summary.damaged:
        fix = (
            "it needs a shadow step and requests with an InferenceId, and is forgotten after 30 days: docs/shadow.md"
        )
        raise RefusedError(Exit.NOTHING, f"rollout {story.number} on {story.endpoint} has compared nothing", fix)
    heading = f"{story.endpoint} in {story.environment}: rollout {story.number}, {story.canary} beside {story.stable}"
    document = {
        "environment": story.environment,
        "endpoint": story.endpoint,
        "rollout": story.number,
        "stable": story.stable,
        "canary": story.canary,
        "requests": summary.requests,
        **of_summary(summary),
    }
    return Answer(document, Group(Text(heading, "bold"), *map(Text, lines(summary))))
