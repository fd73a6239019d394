"""Shadow periods, as the ledger tells them."""

from lambdas.rollout.ports import Ledger
from lambdas.rollout.shadow.ports import ShadowPeriod


class LedgerShadowPeriods:
    """Implements `lambdas.rollout.shadow.ports.ShadowPeriods` over the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def period(self, endpoint: str) -> ShadowPeriod | None:
        """Read the step that the rollout in progress is in."""
        rollout = self._ledger.load(endpoint).in_progress
        if rollout is None or rollout.step < 0:
            return None
        shadow = rollout.plan.steps[rollout.step].shadow
        if shadow is None:
            return None
        return ShadowPeriod(endpoint, rollout.number, shadow.comparison, rollout.began)
