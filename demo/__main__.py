"""`python -m demo`: exit 0 only if v2 was promoted, v3 rolled back, and no request failed on stable."""

import signal
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from demo.deploy import DeployError
from demo.screen import Screen
from demo.story import Story

_OUT = Path("out")


def main() -> int:
    """Play the story; everything that it starts ends with it, on Ctrl-C and SIGTERM too."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda taken, _: sys.exit(128 + taken))
    screen = Screen(Console())
    story = Story(screen, (_OUT / "demo").resolve(), _OUT)
    try:
        story.play()
    except KeyboardInterrupt:
        screen.say("[yellow]Stopped.[/]")
        return 130
    except DeployError as error:
        story.problems.append(str(error))
    for problem in story.problems:
        screen.say(f"[bold red]✗[/] {escape(problem)}")
    if not story.problems:
        screen.say("[bold green]✓ v2 was promoted, v3 was rolled back, and stable never failed.[/]")
    return int(bool(story.problems))


if __name__ == "__main__":
    sys.exit(main())
