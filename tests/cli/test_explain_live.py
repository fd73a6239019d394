"""`explain --live` against CloudWatch on loopback."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lambdas.adapters.cloudwatch import CloudWatchMetrics
from lambdas.control.observe import MEASURED_OVER
from lambdas.rollout.catalogue import Query
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
SLOW = Quantity(LATENCY.namespace, LATENCY.name)


def test_stables_last_day_is_read_from_cloudwatch(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, now = sandbox.name("explained"), time.time()
    (tmp_path / "prod.yaml").write_text(FILE.replace("mortgage:", f"{endpoint}:"))
    monkeypatch.setenv("SERINUS_ENVIRONMENTS", str(tmp_path))
    at = now // 60 * 60 - 600
    put(sandbox, endpoint, Query(STABLE, REQUESTS), at, [80_000_000.0 * MEASURED_OVER / 864_000])
    put(sandbox, endpoint, Query(CANARY, REQUESTS), at, [6_400_000.0 * MEASURED_OVER / 864_000])
    put(sandbox, endpoint, Query(STABLE, ERRORS), at, [1_600_000.0 * MEASURED_OVER / 864_000])
    put(sandbox, endpoint, Query(STABLE, SLOW), at, [20_000.0 * 1.01**step for step in range(150)])
    world = FakeWorld().world
    live = replace(world, metrics=CloudWatchMetrics(sandbox.client("cloudwatch"), 60, delay=0), now=lambda: now)
    said = serinus(live, "explain", "prod", endpoint, "--live", "--json")
    (found,) = said.document["endpoints"]
    assert found["requests_per_second"] == pytest.approx(100.0)
    errors, slow = found["steps"][0]["sights"]
    assert errors["base"] == pytest.approx(0.02)
    assert 1.1 < slow["alone"] < 1.3
    assert found["left_out"] == ["accuracy"]
