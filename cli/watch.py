"""`watch`: a rollout as it happens."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from cli import documents
from cli.connect import Site
from cli.exits import Exit, RefusedError
from cli.snapshot import Snapshot, take
from cli.track import line, picture
from lambdas.rollout.state import Entry, Phase

_DECISIONS = 8
"""How many decisions stay in view."""
_WAITING = "waiting for {} to come into service"


@dataclass(frozen=True, slots=True)
class Sight:
    """One look: the endpoint, and the canary that the last deploy asks for and that has not begun (or empty)."""

    snapshot: Snapshot
    awaited: str

    @property
    def bygone(self) -> bool:
        """Whether the rollout in the snapshot has ended and another one is awaited."""
        return bool(self.awaited) and self.snapshot.state.in_progress is None

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return not self.awaited and self.snapshot.state.in_progress is None


def watch(site: Site, arguments: Namespace, console: Console, pause: Callable[[float], None] = time.sleep) -> Exit:
    """Show the rollout until it ends, as a picture in a terminal, elsewhere line by line; tell how it ended."""
    endpoint = site.endpoint(arguments.endpoint)
    sights = _sights(site, endpoint, lambda: pause(arguments.every))
    if console.is_terminal and not arguments.json:
        last = _as_picture(sights, console)
    else:
        last = _as_lines(sights, console, as_json=arguments.json)
    rollout = last.snapshot.state.rollout
    return Exit.FINE if rollout and rollout.phase is Phase.PROMOTED else Exit.NOT_PROMOTED


def look(site: Site, endpoint: str) -> Sight:
    """Look once; refuses where there is nothing to watch and nothing is to come."""
    snapshot = take(site, endpoint)
    rollout, release = snapshot.state.rollout, site.world.ledger.release(endpoint)
    awaited = ""
    if release and release.canary and not (rollout and rollout.release.pair == release.pair):
        awaited = release.canary
    if rollout is None and not awaited:
        fix = f"ask for a canary in {site.environment}.yaml and run `cdktf deploy '{site.environment}-*'`"
        raise RefusedError(Exit.NOTHING, f"{endpoint} has had no rollout, and its last deploy asks for none", fix)
    return Sight(snapshot, awaited)


def _sights(site: Site, endpoint: str, pause: Callable[[], None]) -> Iterator[Sight]:
    while True:
        sight = look(site, endpoint)
        yield sight
        if sight.over:
            return
        pause()


def _as_picture(sights: Iterator[Sight], console: Console) -> Sight:
    with Live(console=console, auto_refresh=False) as live:
        for sight in sights:
            live.update(_framed(sight), refresh=True)
    return sight


def _framed(sight: Sight) -> RenderableType:
    notes = [Text(_WAITING.format(sight.awaited), "yellow")] if sight.awaited else []
    if not sight.over:
        notes.append(Text("Ctrl-C stops watching; the rollout goes on.", "dim"))
    return Group(picture(sight.snapshot, _DECISIONS), *notes)


def _as_lines(sights: Iterator[Sight], console: Console, *, as_json: bool) -> Sight:
    """Show each entry of the rollout once, as it appears."""
    told, waiting = 0, ""
    for sight in sights:
        if sight.awaited != waiting and (waiting := sight.awaited):
            print(_WAITING.format(waiting), file=sys.stderr, flush=True)
        for entry in sight.snapshot.entries:
            if entry.revision > told and not sight.bygone:
                _tell(console, sight.snapshot, entry, as_json=as_json)
                told = entry.revision
    return sight


def _tell(console: Console, snapshot: Snapshot, entry: Entry, *, as_json: bool) -> None:
    if as_json:
        document = {"environment": snapshot.environment, "endpoint": snapshot.endpoint, "rollout": entry.rollout}
        console.print(Text(json.dumps(document | documents.of_entry(entry))), soft_wrap=True)
    else:
        console.print(line(entry), soft_wrap=True)
