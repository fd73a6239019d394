"""The patterns behind a router, played on ``environments/path.yaml``: a rollout for each, and people who ask."""

import threading
import time
from argparse import Namespace
from collections.abc import Mapping

from cli.connect import connect
from cli.kill_switch import kill_switch
from demo.data import Split
from demo.edit import Document, Edit, add_canary, edit, make_stable, set_value
from demo.follow import follow
from demo.models import Model
from demo.people import People
from demo.publish import archives
from demo.scene import Scene
from demo.screen import Screen
from demo.tour.parts import ATTRIBUTES, PARTS, Part, mistaken

ENVIRONMENT = "path"
_PATIENCE = 600.0
"""Seconds that a rollout may take."""
_SWITCHED_FOR = 20.0
"""Seconds that the kill switch stays on: more than routers take to hear of it."""


def published(data: Split, models: tuple[Model, ...]) -> Mapping[str, bytes]:
    """Pack the models; each rollout has a version of its own, and all but the mistaken one are v2's model."""
    made = archives((*models, mistaken(data.training)))
    return made | {part.canary: made["v2"] for part in PARTS if part.canary not in made}


def people(here: Scene, data: Split) -> People:
    """Make the people who ask through the router."""
    return People(here.name, here.endpoint.name, data.held_out, rate=30.0, attributes=ATTRIBUTES)


def prepare(here: Scene, part: Part, before: Part | None) -> str:
    """Write a part's plan and canary into the file, stable being who serves; returns the diff."""
    name = here.endpoint.name
    promoted = before is not None and before.ends == "PROMOTED"
    first = [make_stable(name)] if promoted else [_without_canary(name)]
    steps = set_value("endpoints", name, "rollout", "steps", to=part.steps)
    return edit(here.file, *first, steps, add_canary(name, part.canary))


def _without_canary(endpoint: str) -> Edit:
    def change(document: Document) -> None:
        document["endpoints"][endpoint].pop("canary", None)

    return change


def play(here: Scene, part: Part, asking: People, screen: Screen) -> str:
    """Follow a part's rollout to its end; returns what went wrong, or nothing."""
    name = here.endpoint.name
    asking.one_in.clear()
    asking.one_in.update(part.one_in)
    if part.switched:
        threading.Thread(target=_switch, args=(here, screen), daemon=True).start()
    with screen.timed(f"rollout of {part.canary}: {part.pattern}"):
        rollout = follow(here.name, name, screen.console, _PATIENCE)
    if rollout.phase is part.ends and rollout.canary == part.canary:
        return ""
    return f"{part.pattern}: {part.canary} should be {part.ends}; {rollout.title} is {rollout.phase}"


def _switch(here: Scene, screen: Screen) -> None:
    """Turn the kill switch on and off again once the first step is served."""
    site, endpoint = connect(here.name), here.endpoint.name
    while not ((rollout := site.world.ledger.load(endpoint).in_progress) and rollout.serving_since):
        time.sleep(1.0)
    for off in (False, True):
        asked = Namespace(endpoint=endpoint, off=off, reason="the tour shows it")
        kill_switch(site, asked)
        screen.say(f"  [bold]serinus kill-switch {here.name} {endpoint}{' --off' if off else ''}[/]")
        time.sleep(_SWITCHED_FOR)
