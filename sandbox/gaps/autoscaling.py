"""Application Auto Scaling: the tags of scalable targets."""

from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from sandbox.registry import method

_tags: dict[str, dict[str, str]] = {}


def install() -> None:
    """Put the three actions on moto, and take the tags of a registration."""
    for action in (list_tags_for_resource, tag_resource, untag_resource):
        method(ApplicationAutoScalingResponse)(action)
    register = ApplicationAutoScalingResponse.register_scalable_target

    def register_scalable_target(self: ApplicationAutoScalingResponse) -> Any:
        tags = self._get_param("Tags") or {}
        answer = register(self)
        names = ("ServiceNamespace", "ResourceId", "ScalableDimension")
        namespace, resource, dimension = (self._get_param(name) for name in names)
        for target in self.applicationautoscaling_backend.targets[dimension].values():
            if target.resource_id == resource and target.service_namespace == namespace:
                _tags.setdefault(target.arn, {}).update(tags)
        return answer

    method(ApplicationAutoScalingResponse)(register_scalable_target)


def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> ActionResult:
    """Return the tags of a scalable target."""
    return ActionResult({"Tags": _tags.get(self._get_param("ResourceARN"), {})})


def tag_resource(self: ApplicationAutoScalingResponse) -> ActionResult:
    """Add tags."""
    _tags.setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags") or {})
    return EmptyResult()


def untag_resource(self: ApplicationAutoScalingResponse) -> ActionResult:
    """Remove tags."""
    own = _tags.get(self._get_param("ResourceARN"), {})
    for name in self._get_param("TagKeys") or []:
        own.pop(name, None)
    return EmptyResult()
