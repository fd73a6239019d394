"""What the callers of the endpoint saw, counted: pure, from records alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.answers import Answer, Weight


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests by their fate, and by the role of the model version that answered them."""

    served: int
    failed_on_stable: int
    failed_on_canary: int
    by_model: Mapping[str, tuple[int, int]]
    """Requests and failures per model version; the empty one where no container answered."""

    @property
    def requests(self) -> int:
        """All requests."""
        return self.served + self.failed_on_stable + self.failed_on_canary


@dataclass(frozen=True, slots=True)
class Return:
    """How fast traffic was back on stable, in seconds from the canary's first failure; None: it never was."""

    until_weight_0: float | None
    until_last_answer: float


def tally(answers: Sequence[Answer], broken: str) -> Tally:
    """Count; only what the version `broken` failed is the canary's, every other failure counts against stable."""
    failed = [answer for answer in answers if answer.failed]
    on_canary = sum(answer.model == broken for answer in failed)
    return Tally(
        served=len(answers) - len(failed),
        failed_on_stable=len(failed) - on_canary,
        failed_on_canary=on_canary,
        by_model={model: _counts(answers, model) for model in sorted({answer.model for answer in answers})},
    )


def way_back(answers: Sequence[Answer], weights: Sequence[Weight], broken: str) -> Return | None:
    """Measure the return from the version `broken`; None where it never failed.

    The clock starts when the first request that failed was sent.
    """
    its_own = [answer for answer in answers if answer.model == broken]
    failed_at = [answer.at for answer in its_own if answer.failed]
    if not failed_at:
        return None
    first = min(failed_at)
    zero = [weight.at - first for weight in weights if weight.at > first and not weight.share]
    return Return(
        until_weight_0=min(zero, default=None),
        until_last_answer=max(answer.at + answer.took for answer in its_own) - first,
    )


def _counts(answers: Sequence[Answer], model: str) -> tuple[int, int]:
    its_own = [answer.failed for answer in answers if answer.model == model]
    return len(its_own), sum(its_own)
