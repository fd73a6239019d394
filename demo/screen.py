"""What the demo shows: stages with their times, in a terminal alive, elsewhere line by line."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from demo.tally import Return, Tally

_QUIET = 15.0  # seconds between two lines of progress where no terminal can redraw one
_DIFF = {"+": "green", "-": "red", "@": "cyan"}


class Screen:
    """Prints to `console` and remembers how long each stage took (seconds)."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.times: list[tuple[str, float]] = []

    @contextlib.contextmanager
    def stage(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show a stage while it runs; what it yields takes a line of progress."""
        began = time.monotonic()
        with self.timed(title), self._progress(title, began) as tell:
            yield tell
        self.say(f"[green]✓[/] {escape(title)} [dim]{self.times[-1][1]:.1f} s[/]")

    @contextlib.contextmanager
    def timed(self, title: str) -> Iterator[None]:
        """Remember how long the block takes."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.times.append((title, time.monotonic() - began))

    def heading(self, text: str) -> None:
        """Begin a chapter."""
        self.say(f"\n[bold]{escape(text)}[/]")

    def say(self, markup: str) -> None:
        """Print a line in rich's markup."""
        self.console.print(markup, highlight=False, soft_wrap=True)

    def diff(self, text: str) -> None:
        """Print a unified diff in colours."""
        for line in text.splitlines():
            bold = line.startswith(("+++", "---"))
            self.console.print(Text(f"  {line}", "bold" if bold else _DIFF.get(line[:1], "dim")), soft_wrap=True)

    @contextlib.contextmanager
    def _progress(self, title: str, began: float) -> Iterator[Callable[[str], None]]:
        if not self.console.is_terminal:
            self.say(f"… {escape(title)}")
            yield _Sparse(lambda text: self.say(f"    [dim]{time.monotonic() - began:4.0f} s  {escape(text)}[/]"))
            return
        with self.console.status("") as status:
            room = max(self.console.width - len(title) - 16, 10)

            def tell(text: str) -> None:
                elapsed = f"{time.monotonic() - began:.0f} s"
                status.update(f"{escape(title)}  {elapsed}  [dim]{escape(text[:room])}[/]")

            tell("")
            yield tell


class _Sparse:
    """Passes a line on now and then, and never the same twice."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell, self._last, self._told_at = tell, "", time.monotonic()

    def __call__(self, text: str) -> None:
        if text != self._last and time.monotonic() - self._told_at > _QUIET:
            self._last, self._told_at = text, time.monotonic()
            self._tell(text)


def numbers(tally: Tally, back: Return | None, broken: str) -> Table:
    """Draw what callers of the endpoint saw."""
    table = Table(show_header=False)
    table.add_column("what")
    table.add_column("number", justify="right")
    table.add_row("requests", f"{tally.requests}")
    for model, (requests, failed) in tally.by_model.items():
        table.add_row(f"  answered by {model or 'no container'}", f"{requests}, {failed} failed")
    table.add_row("served", f"{tally.served}")
    table.add_row("failed on stable", f"{tally.failed_on_stable}")
    table.add_row(f"failed on the canary {broken}", f"{tally.failed_on_canary}")
    if back:
        zero = "never" if back.until_weight_0 is None else f"{back.until_weight_0:.1f} s"
        table.add_row(f"from {broken}'s first failure to weight 0 (DescribeEndpoint)", zero)
        table.add_row(f"from {broken}'s first failure to its last answer", f"{back.until_last_answer:.1f} s")
    return table


def times(stages: list[tuple[str, float]]) -> Table:
    """Draw how long each stage took."""
    table = Table(show_header=False)
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    for title, seconds in stages:
        table.add_row(title, f"{seconds:.1f} s")
    table.add_row("in all", f"{sum(seconds for _, seconds in stages):.1f} s", style="bold")
    return table
