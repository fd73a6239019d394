"""A configuration in AppConfig, read now and then and believed for a while."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_LEAST_INTERVAL = 15
"""Seconds: AppConfig lets no session poll more often. Source: AppConfig Data API reference."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds between two polls, and seconds that a document is believed after AppConfig has last confirmed it."""

    interval: float = 15.0
    lifetime: float = 120.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a configuration is, by name."""

    application: str
    environment: str
    profile: str


class Polled(Generic[T]):
    """The last good document; None before the first, and once the last is older than its lifetime.

    ``client`` is boto3's of AppConfig Data; ``read`` makes a document of bytes, ValueError where it cannot. A poll is
    done by the caller who finds it due, and other threads go on with what there is. After a failure the session is
    begun anew at the next poll: its token may be spent, and a document that could not be read must come again.
    """

    def __init__(
        self, client: Any, place: Place, read: Callable[[bytes], T], times: Times, now: Callable[[], float]
    ) -> None:
        self._client, self._place, self._read, self._times, self._now = client, place, read, times, now
        self._value: T | None = None
        self._token = self._trouble = ""
        self._due = self._confirmed = float("-inf")
        self._polling = threading.Lock()

    def get(self) -> T | None:
        """Return the document, polled for where that is due."""
        if self._now() >= self._due and self._polling.acquire(blocking=self._value is None):
            try:
                self._poll_if_due()
            finally:
                self._polling.release()
        return self._value if self._now() - self._confirmed <= self._times.lifetime else None

    def trouble(self) -> str:
        """Tell why the last poll failed, once; empty where it did not."""
        told, self._trouble = self._trouble, ""
        return told

    def _poll_if_due(self) -> None:
        if self._now() < self._due:
            return  # another thread has just done it
        try:
            self._poll()
        except (ClientError, BotoCoreError, ValueError) as error:
            self._token, self._trouble = "", f"{self._place.profile}: {error}"
        self._due = self._now() + self._times.interval

    def _poll(self) -> None:
        token = self._token or self._session()
        answer = self._client.get_latest_configuration(ConfigurationToken=token)
        body = answer["Configuration"].read()
        if body or self._value is None:
            self._value = self._read(body)
        self._token, self._confirmed = answer["NextPollConfigurationToken"], self._now()

    def _session(self) -> str:
        token: str = self._client.start_configuration_session(
            ApplicationIdentifier=self._place.application,
            EnvironmentIdentifier=self._place.environment,
            ConfigurationProfileIdentifier=self._place.profile,
            RequiredMinimumPollIntervalInSeconds=max(_LEAST_INTERVAL, int(self._times.interval)),
        )["InitialConfigurationToken"]
        return token
