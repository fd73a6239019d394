"""From a rollout and its captures to the page's section, and the same as data."""

from argparse import Namespace
from typing import Any

from cli.report.quality.document import document
from cli.report.quality.gathered import gather
from cli.report.quality.section import section
from cli.report.section import Section
from cli.story import Story


def told(story: Story, arguments: Namespace) -> tuple[Section, dict[str, Any]]:
    """Read captures and truths once, and tell what they say; refuses as `gather` does."""
    gathered = gather(story, arguments)
    return section(story, gathered), {"quality": document(gathered)}
