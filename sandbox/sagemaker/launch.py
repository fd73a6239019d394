"""From a variant to its running model server."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.sagemaker import execution
from sandbox.sagemaker.artifacts import ModelDataError, extracted
from sandbox.sagemaker.catalog import Catalog
from sandbox.sagemaker.fleet import Variant
from sandbox.sagemaker.images import command
from sandbox.sagemaker.refusal import Refused
from sandbox.sagemaker.server import Command, Home, ModelServer
from sandbox.sagemaker.settings import Settings

NO_CAPACITY = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. "
    "Please retry using a different ML instance type or after some time."
)


class DeploymentError(Exception):
    """A deployment cannot go on; the text is SageMaker's FailureReason."""


def unhealthy(variant: str) -> DeploymentError:
    """Say that a variant's container never answered /ping."""
    return DeploymentError(
        f"The primary container for production variant {variant} did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )


@dataclass(frozen=True, slots=True)
class Launcher:
    """Starts containers; `directory` is the sandbox's own."""

    directory: Path
    catalog: Catalog
    home: Home
    settings: Settings

    def launch(self, endpoint: str, variant: Variant) -> ModelServer:
        """Start the process of `variant`, not yet ready; DeploymentError when there is nothing to start."""
        container = self._container(variant.model)
        argv = command(self.directory, container["Image"])
        if argv is None:
            raise DeploymentError(
                f"Requested image {container['Image']} not found. (The sandbox runs the images that "
                f"{self.directory / 'images.json'} maps to command lines.)"
            )
        if not execution.may_pull(variant.role, container["Image"]):
            raise DeploymentError(
                f"The role '{variant.role}' does not have BatchGetImage permission for the image: "
                f"'{container['Image']}'."
            )
        environment = dict(container.get("Environment") or {})
        if container.get("ModelDataUrl"):
            environment["MODEL_DIR"] = str(self._model_data(container, variant.role))
        log = self.directory / "containers" / f"{endpoint}-{variant.name}.log"
        try:
            return ModelServer(Command(argv, environment, log), self.home, self.settings)
        except OSError as error:
            raise unhealthy(variant.name) from error

    def _container(self, model: str) -> Mapping[str, Any]:
        try:
            item = self.catalog.models.get(model)
        except Refused as refused:
            raise DeploymentError(str(refused)) from refused
        return primary_container(item)

    def _model_data(self, container: Mapping[str, Any], role: str) -> Path:
        url = container["ModelDataUrl"]
        try:
            return extracted(url, self.directory, role)
        except ModelDataError as missing:
            raise DeploymentError(
                f'Failed to download model data for container "container_1" from URL: "{url}". Please ensure '
                "that there is an object located at the URL and that the role passed to CreateModel has "
                "permissions to download the object."
            ) from missing


def primary_container(model: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one container of a model, however it was given."""
    container: Mapping[str, Any] = model.get("PrimaryContainer") or model["Containers"][0]
    return container
