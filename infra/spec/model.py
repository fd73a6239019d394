"""Model versions: what serves under a role."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from infra.spec.forms import IMAGE, INSTANCE_TYPE, S3_URI, VERSION


@dataclass(frozen=True, slots=True)
class Instance:
    """What a variant runs on: the instance type and how many of it (at first, where it is autoscaled)."""

    type: Annotated[str, INSTANCE_TYPE]
    count: int


@dataclass(frozen=True, slots=True)
class Framework:
    """One of AWS's own serving images, by framework and version, found in the SageMaker SDK's registry.

    ``python`` (py310, …) is needed where the registry has a version's image for several Pythons.
    """

    name: str
    version: str
    python: str = ""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model version: its label, its image (or a framework that has one), its data in S3, its environment.

    Once loaded, ``image`` is always there: where a framework was given it is the registry's answer. ``instance``
    overrides the endpoint's.
    """

    version: Annotated[str, VERSION]
    image: Annotated[str, IMAGE] = ""
    framework: Framework | None = None
    model_data: Annotated[str, S3_URI] = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    instance: Instance | None = None
