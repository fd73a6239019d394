"""`check`: environment files and alarms, before anything is synthesized."""

from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.text import Text

from cli import account
from cli.answer import Answer
from cli.connect import file_of, folder
from cli.exits import Exit, RefusedError
from infra.checks.check import Severity
from infra.checks.examine import examine
from infra.checks.given import examine_file
from infra.checks.notice import Notice
from infra.spec import SpecError, SpecErrors
from infra.spec.errors import dotted
from infra.spec.load import Loaded, load_with_places


def check(arguments: Namespace, today: date) -> Answer:
    """Check the named environments, or all of the folder, with all that is wrong in all of them at once.

    With ``--alarms`` also the alarms of a file, with ``--live`` also what the accounts say.
    """
    try:
        loaded = load_with_places(_paths(arguments))
    except SpecErrors as found:
        return refused(found)
    notices = [notice for each in loaded for notice in examine(each, today)]
    if arguments.live:
        notices += [notice for each in loaded for notice in account.examine(each)]
    if arguments.alarms:
        notices += _of_file(arguments.alarms, loaded)
    return _answer(loaded, list(dict.fromkeys(notices)), strict=arguments.strict)


def refused(found: SpecErrors) -> Answer:
    """Show what is wrong with environment files."""
    document = {"environments": [], "errors": [_error(error) for error in found.errors], "notices": []}
    return Answer(document, Text(str(found)), Exit.USAGE)


def _paths(arguments: Namespace) -> list[Path]:
    if arguments.environments:
        return [file_of(name) for name in arguments.environments]
    if folder().is_dir():
        return [folder()]
    if arguments.alarms and not arguments.live:
        return []
    raise RefusedError(Exit.USAGE, f"there is no folder {folder()}", "SERINUS_ENVIRONMENTS names another one")


def _of_file(file: Path, loaded: Iterable[Loaded]) -> tuple[Notice, ...]:
    try:
        return examine_file(file, [each.environment for each in loaded])
    except OSError as error:
        raise RefusedError(Exit.USAGE, str(error)) from error
    except ValueError as error:
        fix = "write what `aws cloudwatch describe-alarms` prints"
        raise RefusedError(Exit.USAGE, str(error), fix) from error


def _answer(loaded: Sequence[Loaded], notices: Sequence[Notice], *, strict: bool) -> Answer:
    document = {
        "environments": [
            {"name": each.environment.name, "endpoints": [endpoint.name for endpoint in each.environment.endpoints]}
            for each in loaded
        ],
        "errors": [],
        "notices": [_notice(notice) for notice in notices],
    }
    counts = {severity: sum(notice.check.severity is severity for notice in notices) for severity in Severity}
    blocks = [Text(f"{notice}\n") for notice in notices]
    bad = counts[Severity.ERROR] or (strict and counts[Severity.WARNING])
    return Answer(document, Group(*blocks, *_summary(loaded, counts)), Exit.USAGE if bad else Exit.FINE)


def _summary(loaded: Sequence[Loaded], counts: Mapping[Severity, int]) -> Iterable[Text]:
    if any(counts.values()):
        told = f"errors: {counts[Severity.ERROR]}, warnings: {counts[Severity.WARNING]}"
        noticed = f", notices: {counts[Severity.NOTICE]}" if counts[Severity.NOTICE] else ""
        yield Text(f"{told}{noticed}; docs/checks explains each")
        return
    for each in loaded:
        endpoints = ", ".join(endpoint.name for endpoint in each.environment.endpoints) or "no endpoint"
        yield Text(f"{each.environment.name}: fine ({endpoints})")
    if not loaded:
        yield Text("fine")


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "check": notice.check.id,
        "severity": notice.check.severity.value,
        "file": str(notice.place.file),
        "line": notice.place.line,
        "key": dotted(notice.keys),
        "value": notice.place.text,
        "problem": notice.problem,
        "fix": notice.fix,
    }


def _error(error: SpecError) -> dict[str, Any]:
    return {
        "check": error.check,
        "file": str(error.place.file),
        "line": error.place.line,
        "key": dotted(error.keys),
        "value": error.place.text,
        "problem": error.problem,
        "fix": error.fix,
    }
