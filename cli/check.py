"""`check`: environment files, before anything is synthesized."""

from argparse import Namespace
from typing import Any

from rich.console import Group
from rich.text import Text

from cli.answer import Answer
from cli.connect import file_of, folder
from cli.exits import Exit, RefusedError
from infra.spec import Environment, SpecError, SpecErrors, load_all
from infra.spec.errors import dotted
from infra.spec.load import load_files


def check(arguments: Namespace) -> Answer:
    """Validate the named environments, or all of the folder; every error of every file at once."""
    names: list[str] = arguments.environments
    if not names and not folder().is_dir():
        raise RefusedError(Exit.USAGE, f"there is no folder {folder()}", "SERINUS_ENVIRONMENTS names another one")
    try:
        environments = load_files([file_of(name) for name in names]) if names else load_all(folder())
    except SpecErrors as found:
        return refused(found)
    return Answer(
        {"environments": [_environment(e) for e in environments], "errors": []},
        Group(
            *(
                Text(f"{e.name}: fine ({', '.join(p.name for p in e.endpoints) or 'no endpoint'})")
                for e in environments
            )
        ),
    )


def refused(found: SpecErrors) -> Answer:
    """Show what is wrong with environment files."""
    document = {"environments": [], "errors": [_error(error) for error in found.errors]}
    return Answer(document, Text(str(found)), Exit.USAGE)


def _environment(environment: Environment) -> dict[str, Any]:
    return {"name": environment.name, "endpoints": [endpoint.name for endpoint in environment.endpoints]}


def _error(error: SpecError) -> dict[str, Any]:
    return {
        "file": str(error.place.file),
        "line": error.place.line,
        "key": dotted(error.keys),
        "value": error.place.text,
        "problem": error.problem,
        "fix": error.fix,
    }
