"""What Athena refuses, and what fails while it runs."""


class Refused(Exception):  # noqa: N818 - Athena refuses; that is an answer, not a fault of the sandbox
    """An answer InvalidRequestException, with status 400."""


class FailedError(Exception):
    """A query that ends with this sentence; ``state`` is FAILED, or CANCELLED."""

    def __init__(self, reason: str, state: str = "FAILED") -> None:
        super().__init__(reason)
        self.reason, self.state = reason, state
