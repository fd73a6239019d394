"""What an environment file says against checks, with its reasons; and what is wrong with that."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from infra.checks.check import error, warning
from infra.checks.notice import Notice
from infra.spec.environment import Environment
from infra.spec.errors import dotted
from infra.spec.ignore import Ignore
from infra.spec.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class Ignoring:
    """A file's ignores beside what they may silence: ``known`` checks, of which the ``judged`` have said all."""

    environment: Environment
    known: Sequence[str]
    judged: Sequence[str]
    notices: Sequence[Notice]


@error
def ignored_check_unknown(ignoring: Ignoring) -> Iterator[Finding]:
    """An ignore of a check that does not exist silences nothing."""
    for index, ignore in enumerate(ignoring.environment.checks.ignore):
        if ignore.id not in ignoring.known:
            near = get_close_matches(ignore.id, ignoring.known, 1)
            fix = f"write {near[0]}" if near else "write one that docs/checks has a page of"
            yield Finding(("checks", "ignore", index, "id"), "is no check", fix)


@warning
def ignored_without_effect(ignoring: Ignoring) -> Iterator[Finding]:
    """An ignore that silences nothing any more hides the next real finding."""
    for index, ignore in enumerate(ignoring.environment.checks.ignore):
        if ignore.id in ignoring.judged and not any(silenced(notice, ignore) for notice in ignoring.notices):
            yield Finding(("checks", "ignore", index), "silences nothing", "take it out")


def told(notices: Iterable[Notice], environment: Environment) -> tuple[Notice, ...]:
    """Keep what the environment file does not ignore."""
    ignores = environment.checks.ignore
    return tuple(notice for notice in notices if not any(silenced(notice, ignore) for ignore in ignores))


def silenced(notice: Notice, ignore: Ignore) -> bool:
    """Tell whether an ignore is about this notice: its check, at its place or below it."""
    key = dotted(notice.keys)
    below = not ignore.at or key == ignore.at or key.startswith((f"{ignore.at}.", f"{ignore.at}["))
    return notice.check.id == ignore.id and below
