"""From files to environments: everything that is wrong, in all of them, at once."""

from collections.abc import Iterable
from pathlib import Path

from infra.spec.environment import Environment
from infra.spec.errors import SpecError, SpecErrors
from infra.spec.extends import extended
from infra.spec.images import with_images
from infra.spec.reader import read


def load(path: Path) -> Environment:
    """Read one environment file; raises SpecErrors."""
    return load_files([path])[0]


def load_all(folder: Path) -> tuple[Environment, ...]:
    """Read every environment file (``*.yaml``) of a folder, less those that others extend; raises SpecErrors."""
    return load_files(sorted(folder.glob("*.yaml")), less_extended=True)


def load_files(paths: Iterable[Path], *, less_extended: bool = False) -> tuple[Environment, ...]:
    """Read environment files; raises SpecErrors with the errors of all of them."""
    errors: list[SpecError] = []
    documents, bases = {}, set()
    for path in paths:
        try:
            documents[path], extends = extended(path)
            bases |= {base.resolve() for base in extends}
        except SpecErrors as found:
            errors += found.errors
    environments = []
    for path, document in documents.items():
        if less_extended and path.resolve() in bases:
            continue
        environment, found_errors = read(Environment, document, path.stem)
        errors += found_errors
        environments += [environment] if environment else []
    if errors:
        raise SpecErrors(errors)
    return tuple(map(with_images, environments))
