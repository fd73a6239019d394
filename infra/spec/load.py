"""From files to environments: everything that is wrong, in all of them, at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.spec.baselines import with_baselines
from infra.spec.environment import Environment
from infra.spec.errors import Place, SpecError, SpecErrors
from infra.spec.extends import extended
from infra.spec.groups import with_groups
from infra.spec.images import with_images
from infra.spec.keys import with_keys
from infra.spec.owners import two_owners
from infra.spec.reader import read
from infra.spec.source import Document


@dataclass(frozen=True, slots=True)
class Loaded:
    """An environment, and the document that says where each of its values was written."""

    environment: Environment
    document: Document


def load(path: Path) -> Environment:
    """Read one environment file; raises SpecErrors."""
    return load_files([path])[0]


def load_all(folder: Path) -> tuple[Environment, ...]:
    """Read every environment file (``*.yaml``) of a folder, less those that others extend; raises SpecErrors."""
    return load_files([folder])


def load_files(paths: Iterable[Path]) -> tuple[Environment, ...]:
    """Read environment files, and those of folders; raises SpecErrors with the errors of all of them."""
    return tuple(loaded.environment for loaded in load_with_places(paths))


def load_with_places(paths: Iterable[Path]) -> tuple[Loaded, ...]:
    """Read as `load_files` does, and keep where each value was written."""
    errors: list[SpecError] = []
    found: list[Loaded] = []
    for path, document in _documents(paths, errors).items():
        environment, wrong = read(Environment, document, path.stem)
        errors += wrong
        if environment and not errors:
            complete, wrong = with_baselines(with_groups(with_keys(with_images(environment))), document)
            errors += wrong
            found.append(Loaded(complete, document))
    errors += two_owners((each.environment, each.document) for each in found)
    if errors:
        raise SpecErrors(errors)
    return tuple(found)


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
