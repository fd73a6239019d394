"""What AWS refuses, as the port's own errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.rollout.ports import EndpointBusyError, EndpointRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def told(is_busy: Callable[[ClientError], bool]) -> Iterator[None]:
    """Turn a refusal of a change, or silence, into `EndpointBusyError` or `EndpointRefusedError`."""
    try:
        yield
    except ClientError as error:
        kind = EndpointBusyError if is_busy(error) else EndpointRefusedError
        raise kind(str(error)) from error
    except BotoCoreError as error:
        raise EndpointRefusedError(str(error)) from error
