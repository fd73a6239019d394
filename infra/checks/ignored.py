"""What an environment file says against checks, with its reasons; and what is wrong with that."""

from collections.abc import Iterable, Iterator, Sequence

from infra.checks.check import error, warning
from infra.checks.notice import Notice
from infra.spec.environment import Environment
from infra.spec.errors import dotted
from infra.spec.ignore import Ignore
from infra.spec.rules.finding import Finding
from infra.spec.scalars import nearest


@error
def ignored_check_unknown(subject: tuple[Environment, Sequence[str]]) -> Iterator[Finding]:
    """An ignore of a check that does not exist silences nothing."""
    environment, known = subject
    for index, ignore in enumerate(environment.checks.ignore):
        if ignore.id not in known:
            fix = f"write {nearest(ignore.id, list(known))}" if len(nearest(ignore.id, list(known))) < 60 else _LIST
            yield Finding(("checks", "ignore", index, "id"), "is no check", fix)


@warning
def ignored_without_effect(subject: tuple[Environment, Sequence[Notice]]) -> Iterator[Finding]:
    """An ignore that silences nothing any more hides the next real finding."""
    environment, notices = subject
    for index, ignore in enumerate(environment.checks.ignore):
        if not any(silenced(notice, ignore) for notice in notices):
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


_LIST = "docs/checks/ lists them all"
