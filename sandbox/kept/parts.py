"""The parts of the state: one for each of moto's backends, and the sandbox's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from sandbox.appconfig import store as appconfig
from sandbox.cloudwatch.store import STORE
from sandbox.kept.pickling import backend

OWN = "sandbox"


@dataclass(frozen=True, slots=True)
class Part:
    """A part's name, of the package that changes it first, and how its state is read and put back."""

    name: str
    package: str
    read: Callable[[], Any]
    write: Callable[[Any], object]


def of_moto() -> Iterator[Part]:
    """Yield a part for each backend that is in use."""
    every: Any = BackendDict
    for service in list(every._instances):  # noqa: SLF001 - moto tells nobody else
        for regions in list(service.values()):
            yield from map(_of_backend, list(regions.values()))


def named(name: str) -> Part | None:
    """Find the part that a backend's state was kept under; None where it is not moto's."""
    if name.startswith(OWN):
        return None
    module, kind, account, region = name.split(":")
    return _of_backend(backend(module, kind, account, region))


def _of_backend(found: BaseBackend) -> Part:
    kind = type(found)
    name = f"{kind.__module__}:{kind.__qualname__}:{found.account_id}:{found.region_name}"
    return Part(name, package_of(kind), lambda: vars(found), vars(found).update)


def package_of(kind: type) -> str:
    """Name the package of a service, such as moto.sqs, that a class of moto's belongs to."""
    return ".".join(kind.__module__.split(".")[:2])


def of_the_sandbox(sagemaker: Part) -> tuple[Part, ...]:
    """Return the sandbox's own: SageMaker, AppConfig's environments, metrics."""
    return (
        sagemaker,
        Part(
            f"{OWN}:appconfig",
            "moto.appconfig",
            lambda: (appconfig.ENVIRONMENTS, appconfig.STRATEGIES),
            _put_appconfig,
        ),
        Part(f"{OWN}:metrics", "moto.cloudwatch", STORE.dump, STORE.restore),
    )


def _put_appconfig(state: Any) -> None:
    environments, strategies = state
    appconfig.ENVIRONMENTS.update(environments)
    appconfig.STRATEGIES.update(strategies)
