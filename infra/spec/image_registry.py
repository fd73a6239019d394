"""The SageMaker SDK's registry of framework images, loaded alone.

``import sagemaker.core.image_uris`` takes about 7 s: the packages' ``__init__`` import processors, pandas, scipy and
30,000 lines of generated shapes, and the registry itself imports JumpStart. None of that is asked for a framework's
image. So the registry is imported among bare packages (a module with the package's path, whose ``__init__`` does not
run) and stand-ins for what only other callers use (JumpStart, pipeline variables, boto3), which leave
``sys.modules`` again at once: a later plain import of the SDK finds everything untouched. The answers are the same
as the plain way's (a test compares them).
"""

import importlib
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol, cast

_BARE = ("", ".core", ".core.helper", ".core.s3", ".core.spark", ".core.jumpstart")

_STAND_INS: Mapping[str, Mapping[str, Any]] = {
    "boto3": {},
    "sagemaker.core.helper.pipeline_variable": {"PipelineVariable": type("PipelineVariable", (), {})},
    "sagemaker.core.jumpstart.artifacts": {},
    "sagemaker.core.jumpstart.constants": {"DEFAULT_JUMPSTART_SAGEMAKER_SESSION": None, "JUMPSTART_LOGGER": None},
    "sagemaker.core.jumpstart.enums": {"JumpStartModelType": SimpleNamespace(OPEN_WEIGHTS="open_weights")},
    "sagemaker.core.jumpstart.utils": {"is_jumpstart_model_input": lambda model_id, _: model_id is not None},
    "sagemaker.core.workflow": {
        "is_pipeline_variable": lambda _: False,
        "is_pipeline_parameter_string": lambda _: False,
    },
    "sagemaker.core.workflow.entities": {"PipelineVariable": object},
    "sagemaker.core.workflow.utilities": {"override_pipeline_parameter_var": lambda function: function},
}


class Registry(Protocol):
    """What is used of ``sagemaker.core.image_uris``."""

    def retrieve(
        self,
        framework: str,
        region: str,
        version: str | None,
        py_version: str | None,
        instance_type: str | None,
        image_scope: str,
    ) -> str:
        """Find an image's URI; raises ValueError where there is none."""

    def config_for_framework(self, framework: str) -> dict[str, Any]:
        """Read a framework's registry file."""


@cache
def registry() -> Registry:
    """Load the registry, once."""
    with _alone():
        image_uris = importlib.import_module("sagemaker.core.image_uris")
        importlib.import_module("botocore.loaders")
        importlib.import_module("botocore.regions")
    logging.getLogger("sagemaker").addHandler(logging.NullHandler())  # as the SDK's own __init__ does
    # Each lookup parses botocore's megabyte of endpoints anew; the answer never changes.
    image_uris.utils._botocore_resolver = cache(image_uris.utils._botocore_resolver)  # noqa: SLF001 (ours alone)
    return cast("Registry", image_uris)


@cache
def frameworks() -> list[str]:
    """List the frameworks that the registry knows, from the names of its files."""
    return sorted(
        file.stem for folder in _folders("sagemaker") for file in (folder / "core/image_uri_config").glob("*.json")
    )


@cache
def regions() -> list[str]:
    """List AWS's regions, as botocore has them."""
    files = (folder / "data/partitions.json" for folder in _folders("botocore"))
    partitions = [part for file in files for part in json.loads(file.read_bytes())["partitions"]]
    return sorted(name for part in partitions for name in part["regions"] if "global" not in name)


def _folders(package: str) -> list[Path]:
    found = find_spec(package)
    return [Path(folder) for folder in (found and found.submodule_search_locations) or ()]


@contextmanager
def _alone() -> Iterator[None]:
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if _displaced(name)}
    folders = _folders("sagemaker")
    try:
        for suffix in _BARE:
            bare = ModuleType(f"sagemaker{suffix}")
            bare.__path__ = [str(folder.joinpath(*suffix.split(".")[1:])) for folder in folders]
            sys.modules[bare.__name__] = bare
        for name, members in _STAND_INS.items():
            stand_in = ModuleType(name)
            vars(stand_in).update(members)
            sys.modules[name] = stand_in
            parent, _, child = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], child, stand_in)
        yield
    finally:
        for name in [name for name in sys.modules if _displaced(name)]:
            del sys.modules[name]
        sys.modules.update(kept)


def _displaced(name: str) -> bool:
    return name.partition(".")[0] == "sagemaker" or name in _STAND_INS
