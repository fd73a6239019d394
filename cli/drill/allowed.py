"""What must hold before a drill touches anything."""

from pathlib import Path

from cli.connect import Site
from cli.exits import Exit, RefusedError
from cli.report.write import errors
from infra.spec import Endpoint
from lambdas.control.world import World
from lambdas.rollout.live import Live

ASKED_OF_LATE = 900
"""Seconds in which somebody must have asked the endpoint; without requests nothing can be judged."""


def permitted(endpoint: Endpoint, file: Path) -> None:
    """Refuse what the environment file does not allow, or cannot have right now."""
    at = f"{file}: endpoints.{endpoint.name}"
    if endpoint.drill is None:
        fix = f"add drill: {{canary: …}} to endpoints.{endpoint.name} in {file}, where a drill may be (docs/drill.md)"
        raise RefusedError(Exit.USAGE, f"{at} allows no drill", fix)
    for key in ("canary", "challengers", "force", "break_glass"):
        if getattr(endpoint, key):
            fix = "take it out and deploy, or drill after the rollout: a drill begins and ends with stable alone"
            raise RefusedError(Exit.NOTHING, f"{at}.{key} is there, and the saboteur needs its place", fix)


def ready(site: Site, endpoint: str) -> Live:
    """Tell what serves; refuses where that is not stable alone, at rest, and asked by somebody."""
    rollout, live = site.world.ledger.load(endpoint).in_progress, site.world.endpoints.live(endpoint)
    if rollout:
        fix = f"let it finish, or `serinus abort {site.environment} {endpoint}`"
        raise RefusedError(Exit.NOTHING, f"{rollout.title} on {endpoint} is {rollout.phase}", fix)
    if live is None or not live.settled or live.shares:
        stands = live.words if live else "not deployed"
        fix = f"a drill begins with stable alone in service: `cdktf deploy '{site.environment}-*'`"
        raise RefusedError(Exit.NOTHING, f"{endpoint} is {stands}", fix)
    if not _asked(site.world, endpoint):
        sentence = (
            f"nobody has asked {endpoint} for {ASKED_OF_LATE // 60} minutes, and a saboteur is found by its answers"
        )
        raise RefusedError(Exit.NOTHING, sentence, "send requests to it, recorded ones perhaps, and drill again")
    return live


def _asked(world: World, endpoint: str) -> bool:
    now = world.now()
    return any(table.total for table in errors(world, endpoint, now - ASKED_OF_LATE, now))
