"""Models, endpoint configurations, monitors and tags: what was sent is what is shown."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.clock import now
from sandbox.sagemaker.refusal import already_exists, arn, not_found

Item = dict[str, Any]


class Shelf:
    """The resources of one kind, by name. Names are unique; deleting never asks who uses a resource."""

    def __init__(self, kind: str, word: str) -> None:
        self._kind = kind
        self._word = word  # Model in ModelName, ModelArn
        self._items: dict[str, Item] = {}
        self._lock = threading.Lock()

    def add(self, request: Mapping[str, Any]) -> Item:
        """Keep every parameter that holds something; Refused when the name is taken."""
        name = request[f"{self._word}Name"]
        kept = {key: value for key, value in request.items() if key != "Tags" and value not in (None, {}, [])}
        item = kept | {f"{self._word}Arn": arn(self._kind, name), "CreationTime": now()}
        with self._lock:
            if name in self._items:
                raise already_exists(self._kind, name)
            self._items[name] = item
        return item

    def get(self, name: str) -> Item:
        """Return a resource as DescribeX shows it; Refused when there is none."""
        try:
            return self._items[name]
        except KeyError:
            raise not_found(self._kind, name) from None

    def remove(self, name: str) -> Item:
        """Forget a resource; Refused when there is none."""
        with self._lock:
            if name not in self._items:
                raise not_found(self._kind, name)
            return self._items.pop(name)

    def items(self) -> dict[str, Item]:
        """Return everything, to be kept."""
        with self._lock:
            return dict(self._items)

    def restore(self, items: Mapping[str, Item]) -> None:
        """Put back what was kept."""
        self._items.update(items)

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._items.values()))


class Tags:
    """Tags by resource ARN."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}

    def __contains__(self, resource: str) -> bool:
        return resource in self._tags

    def items(self) -> dict[str, dict[str, str]]:
        """Return everything, to be kept."""
        return dict(self._tags)

    def restore(self, tags: Mapping[str, dict[str, str]]) -> None:
        """Put back what was kept."""
        self._tags.update(tags)

    def put(self, resource: str, tags: Iterable[Mapping[str, str]]) -> None:
        """Add or overwrite tags."""
        kept = self._tags.get(resource, {})
        self._tags[resource] = kept | {tag["Key"]: tag["Value"] for tag in tags}

    def drop(self, resource: str, keys: Iterable[str]) -> None:
        """Remove some tags."""
        gone = set(keys)
        kept = {key: value for key, value in self.of(resource).items() if key not in gone}
        self._tags[resource] = kept

    def forget(self, resource: str) -> None:
        """Remove a resource with all its tags."""
        self._tags.pop(resource, None)

    def of(self, resource: str) -> dict[str, str]:
        """Return the tags of a resource."""
        return self._tags.get(resource, {})


class Catalog:
    """Everything of SageMaker that is only data."""

    def __init__(self) -> None:
        self.models = Shelf("model", "Model")
        self.configs = Shelf("endpoint-config", "EndpointConfig")
        self.definitions = Shelf("data-quality-job-definition", "JobDefinition")
        self.schedules = Shelf("monitoring-schedule", "MonitoringSchedule")
        self.tags = Tags()
