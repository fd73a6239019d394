"""`kill-switch`: everybody on stable at once, without a call to SageMaker."""

import time
from argparse import Namespace
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from cli.answer import Answer
from cli.connect import Site
from cli.exits import Exit, RefusedError
from lambdas.adapters.routed import RoutedEndpoints
from lambdas.control.note_switch import note_switch
from lambdas.rollout.ports import EndpointBusyError, Endpoints, NotToldError

_ATTEMPTS = 15


def kill_switch(site: Site, arguments: Namespace) -> Answer:
    """Turn it on, or with ``--off`` off again, and tell people who did; routers hear of it within 15 seconds."""
    endpoint, on = site.endpoint(arguments.endpoint), not arguments.off
    turn(site.world.endpoints, endpoint, on=on)
    does = "sends everybody to stable" if on else "follows the rollout again"
    why = f": {arguments.reason}" if arguments.reason else ""
    text = f"the router of {endpoint} {does}, by {site.who()}{why}"
    notes = _tell(site, f"{endpoint}: kill switch {'on' if on else 'off'}", text)
    notes += _note(site, endpoint, arguments.reason or "", on=on)
    document = {"environment": site.environment, "endpoint": endpoint, "stable_only": on}
    return Answer(document, Text(f"{text}\nRouters hear of it within 15 seconds.{notes}"))


def _tell(site: Site, subject: str, text: str) -> str:
    """Tell people; the switch is turned already, so whoever turned it hears that they were not."""
    try:
        site.world.notifier.tell(subject, text)
    except NotToldError as error:
        return f"\nNobody was told: {error}"
    return ""


def _note(site: Site, endpoint: str, reason: str, *, on: bool) -> str:
    """Keep it in the ledger; the switch is turned already, so a ledger that refuses is only told."""
    try:
        kept = note_switch(site.world, endpoint, on=on, who=site.who(), reason=reason)
    except (ClientError, BotoCoreError) as error:
        return f"\nThe ledger does not know of it: {error}"
    return "" if kept else "\nNo rollout has been here yet, so no history tells of it."


def turn(endpoints: Endpoints, endpoint: str, *, on: bool, wait: Callable[[float], None] = time.sleep) -> None:
    """Turn it, again while another document is being deployed: that takes AppConfig a few seconds."""
    none = RefusedError(
        Exit.NOTHING, f"no router stands in front of {endpoint}", "add routing: sticky to its rollout"
    )
    if not isinstance(endpoints, RoutedEndpoints):
        raise none
    for attempt in range(_ATTEMPTS):
        try:
            endpoints.set_stable_only(endpoint, on=on)
        except EndpointBusyError as error:
            if attempt == _ATTEMPTS - 1:
                raise RefusedError(Exit.AWS, str(error), "run the command again") from error
            wait(2.0)
        except KeyError:
            raise none from None
        else:
            return
