"""`pause`, `resume`, `promote` and `abort`: an operator's wishes."""

from argparse import Namespace
from collections.abc import Callable

from rich.console import Group
from rich.text import Text

from cli import documents
from cli.answer import Answer
from cli.connect import Site
from cli.exits import Exit, RefusedError
from cli.track import line
from lambdas.control.drive_again import drive_again
from lambdas.control.grant import grant_wish
from lambdas.control.take_back import take_back
from lambdas.rollout.operate import NotPossibleError, Wish
from lambdas.rollout.ports import EndpointBusyError, EndpointRefusedError

_BUSY = "SageMaker is still applying an earlier change; the workflow sets the weight as soon as that is done."


def wish(site: Site, arguments: Namespace) -> Answer:
    """Ask for a pause, a resumption or the approval of the awaited step."""
    asked = Wish(arguments.command)

    def ask(endpoint: str) -> None:
        try:
            grant_wish(site.world, endpoint, asked, who=site.who(), reason=arguments.reason)
        except NotPossibleError as error:
            raise RefusedError(Exit.NOTHING, str(error)) from error

    return _carried_out(site, site.endpoint(arguments.endpoint), ask)


def abort(site: Site, arguments: Namespace) -> Answer:
    """Take the rollout in progress back: a rollback, caused by the operator; again where one has got stuck."""

    def ask(endpoint: str) -> None:
        reason, cause = arguments.reason or "aborted by an operator", f"operator {site.who()}"
        for way in (take_back, drive_again):
            if way(site.world, endpoint, cause=cause, reason=reason):
                return
        raise RefusedError(Exit.NOTHING, f"no rollout is in progress on {endpoint}")

    return _carried_out(site, site.endpoint(arguments.endpoint), ask)


def _carried_out(site: Site, endpoint: str, ask: Callable[[str], None]) -> Answer:
    """Ask, then show the entry that the wish left in the ledger and what is live now."""
    note = ""
    before = site.world.ledger.load(endpoint).revision
    try:
        ask(endpoint)
    except EndpointBusyError:
        note = _BUSY
    except EndpointRefusedError as error:
        note = f"SageMaker refuses it: {error}. It is in the ledger, and the workflow asks again."
    rollout = site.world.ledger.load(endpoint).rollout
    entries = site.world.ledger.history(endpoint, rollout.number) if rollout else ()
    entry = next(e for e in entries if e.revision > before and e.cause.startswith("operator "))
    document = {"environment": site.environment, "endpoint": endpoint, "rollout": entry.rollout, "note": note or None}
    return Answer(
        document | {"entry": documents.of_entry(entry)}, Group(line(entry), *([Text(note)] if note else []))
    )
