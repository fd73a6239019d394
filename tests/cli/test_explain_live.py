"""`explain --live` against CloudWatch on loopback."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.control.observe import MEASURED_OVER
from lambdas.rollout.catalogue import Query, queries
from lambdas.rollout.guardrails import Calibration
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.quantities import Quantity
from lambdas.rollout.recipes import LATENCY, REQUESTS
from tests.adapters.metric_data import put
from tests.cli.terminal import serinus
from tests.cli.test_explain import FILE
from tests.fakes import FakeWorld

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox

ERRORS = Quantity(REQUESTS.namespace, "InvocationModelErrors")
ACCURACY = "        - {metric: accuracy}"
SLOW = Quantity(LATENCY.namespace, LATENCY.name)


def test_stables_last_day_is_read_from_cloudwatch(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, now = sandbox.name("explained"), time.time()
    file = FILE.replace("mortgage:", f"{endpoint}:").replace(
        ACCURACY, f"{ACCURACY}\n        - {{metric: calibration}}"
    )
    (tmp_path / "prod.yaml").write_text(file)
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    at = now // 60 * 60 - 600
    put(sandbox, endpoint, Query(STABLE, REQUESTS), at, [80_000_000.0 * MEASURED_OVER / 864_000])
    put(sandbox, endpoint, Query(CANARY, REQUESTS), at, [6_400_000.0 * MEASURED_OVER / 864_000])
    put(sandbox, endpoint, Query(STABLE, ERRORS), at, [1_600_000.0 * MEASURED_OVER / 864_000])
    put(sandbox, endpoint, Query(STABLE, SLOW), at, [20_000.0 * 1.01**step for step in range(150)])
    for query, count in zip(
        queries(Calibration("calibration"), None, STABLE), (2.0, 1.0, 3.0, 94.0, 4.5), strict=True
    ):
        put(sandbox, endpoint, query, at, [1_000 * count])
    world = FakeWorld().world
    live = replace(world, metrics=CloudWatchMetrics(sandbox.client("cloudwatch"), 60, delay=0), now=lambda: now)
    said = serinus(live, "explain", "prod", endpoint, "--live", "--json")
    (found,) = said.document["endpoints"]
    assert found["requests_per_second"] == pytest.approx(100.0)
    errors, slow, wrong, positive = found["steps"][0]["sights"]
    assert errors["base"] == pytest.approx(0.02)
    assert 1.1 < slow["alone"] < 1.3
    assert (wrong["base"], positive["base"]) == (pytest.approx(0.04), pytest.approx(0.045))
    assert found["left_out"] == []
