"""AWS's own monitor beside ours: SageMaker Model Monitor, comparing captures with the baseline on a schedule."""

from dataclasses import dataclass
from typing import Annotated

from infra.spec.forms import IMAGE, INSTANCE_TYPE, S3_URI
from infra.spec.markers import Marker
from lambdas.rollout.units import SECONDS


@dataclass(frozen=True, slots=True)
class Monitor:
    """A data-quality schedule of SageMaker Model Monitor: captures against ``baseline``, ``every`` so often (UTC).

    Reports are written below ``to``; the baseline is put there, too. ``instance`` runs the job, for ``max_runtime``
    at most, with a volume of ``volume_gb`` GB. ``image`` is AWS's analyzer of the region where it is left out.
    ``statistics`` and ``constraints`` are the texts of the baseline's files; the latter is empty where there is none.
    """

    to: Annotated[str, S3_URI]
    every: Annotated[int, SECONDS] = 86_400
    instance: Annotated[str, INSTANCE_TYPE] = "ml.m5.large"
    image: Annotated[str, IMAGE] | None = None
    max_runtime: Annotated[int, SECONDS] = 3_600
    volume_gb: int = 20
    statistics: Annotated[str, Marker.FILLED] = ""
    constraints: Annotated[str, Marker.FILLED] = ""
