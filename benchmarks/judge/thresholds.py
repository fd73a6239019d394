"""Peers that hold one number of the canary's last period against a threshold: alarms, Flagger, Argo Rollouts.

A metric is an array (runs, looks), higher is worse, NaN where the period has no data. All are given the number at
the end of its period, at once; the real ones wait for it, and the alarm some minutes more.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.judge.looks import first, last_of, nth
from benchmarks.judge.streams import Floats, Ints


@dataclass(frozen=True, slots=True)
class Alarm:
    """SageMaker's auto-rollback on a CloudWatch alarm.

    It fires where ``breaches`` of the last ``window`` datapoints are above ``limit``; missing ones do not breach.
    """

    limit: float
    breaches: int = 3
    window: int = 5

    def stops(self, metric: Floats) -> Ints:
        """Return the looks at which it rolls back."""
        return first(last_of(metric > self.limit, self.breaches, self.window))


@dataclass(frozen=True, slots=True)
class Flagger:
    """Flagger's analysis: ``threshold`` failed checks in all, and the tick after them rolls back.

    fluxcd/flagger, pkg/controller/scheduler.go (``FailedChecks >= GetAnalysisThreshold()`` is looked at before
    the next analysis) and scheduler_metrics.go (no values found: the check fails). The documentation's example
    has an interval of one minute, a threshold of 5, a success rate of 99 % at least, a p99 of 500 ms at most.
    """

    limit: float
    threshold: int = 5

    def stops(self, metric: Floats) -> Ints:
        """Return the looks at which it rolls back."""
        failed = (metric > self.limit) | np.isnan(metric)
        return np.minimum(nth(failed, self.threshold) + 1, metric.shape[1])


@dataclass(frozen=True, slots=True)
class Argo:
    """Argo Rollouts' analysis: more than ``failure_limit`` failed measurements in all.

    argoproj/argo-rollouts, analysis/analysis.go (``result.Failed > metric.FailureLimit``). The documentation's
    example measures a success rate of 95 % at least, every five minutes, with a failure limit of 3; here it
    measures every period, which is kinder. NaN is not ``>= 0.95``: it fails.
    """

    limit: float
    failure_limit: int = 3

    def stops(self, metric: Floats) -> Ints:
        """Return the looks at which it rolls back."""
        return nth((metric > self.limit) | np.isnan(metric), self.failure_limit + 1)
