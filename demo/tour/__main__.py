"""`python -m demo.tour`: exit 0 only if every pattern ended as it should."""

import signal
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from demo.deploy import DeployError
from demo.follow import StuckError
from demo.screen import Screen, times
from demo.tour.tour import Tour

_OUT = Path("out")


def main() -> int:
    """Go on the tour; everything that it starts ends with it, on Ctrl-C and SIGTERM too."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda taken, _: sys.exit(128 + taken))
    screen = Screen(Console())
    tour = Tour(screen, (_OUT / "tour-home").resolve(), _OUT / "tour")
    try:
        index = tour.play()
    except KeyboardInterrupt:
        screen.say("[yellow]Stopped.[/]")
        return 130
    except (DeployError, StuckError) as error:
        tour.problems.append(str(error))
    else:
        screen.say(f"\n{index}")
    screen.console.print(times(screen.times))
    for problem in tour.problems:
        screen.say(f"[bold red]✗[/] {escape(problem)}")
    return int(bool(tour.problems))


if __name__ == "__main__":
    sys.exit(main())
