"""From files to environments: everything that is wrong, in all of them, at once."""

from collections.abc import Iterable
from pathlib import Path

from infra.spec.environment import Environment
from infra.spec.errors import Place, SpecError, SpecErrors
from infra.spec.extends import extended
from infra.spec.images import with_images
from infra.spec.reader import read
from infra.spec.source import Document


def load(path: Path) -> Environment:
    """Read one environment file; raises SpecErrors."""
    return load_files([path])[0]


def load_all(folder: Path) -> tuple[Environment, ...]:
    """Read every environment file (``*.yaml``) of a folder, less those that others extend; raises SpecErrors."""
    return load_files([folder])


def load_files(paths: Iterable[Path]) -> tuple[Environment, ...]:
    """Read environment files, and those of folders; raises SpecErrors with the errors of all of them."""
    errors: list[SpecError] = []
    environments: list[Environment] = []
    for path, document in _documents(paths, errors).items():
        environment, found = read(Environment, document, path.stem)
        errors += found
        environments += [environment] if environment else []
    if errors:
        raise SpecErrors(errors)
    return tuple(map(with_images, environments))


def _documents(paths: Iterable[Path], errors: list[SpecError]) -> dict[Path, Document]:
    documents: dict[Path, Document] = {}
    for path in paths:
        if path.is_dir():
            documents |= _folder(path, errors)
            continue
        try:
            documents[path], _ = extended(path)
        except SpecErrors as found:
            errors += found.errors
    return documents


def _folder(folder: Path, errors: list[SpecError]) -> dict[Path, Document]:
    documents, bases = {}, set()
    files = sorted(folder.glob("*.yaml"))
    if not files:
        errors.append(SpecError(Place(folder, 1), (), "holds no environment file", "add one, such as prod.yaml"))
    for file in files:
        try:
            documents[file], extends = extended(file)
            bases |= {base.resolve() for base in extends}
        except SpecErrors as found:
            errors += found.errors
    return {file: document for file, document in documents.items() if file.resolve() not in bases}
