from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.adapters.routed import RoutedEndpoints
from lambdas.adapters.sagemaker import SageMakerEndpoints
from lambdas.adapters.world import Deployed, world

if TYPE_CHECKING:
    from tests.conftest import Sandbox

VARIABLES = {
    "SERINUS_ENVIRONMENT": "test",
    "SERINUS_LEDGER": "ledger",
    "SERINUS_METRIC_PERIOD": "60",
    "SERINUS_METRIC_DELAY": "10",
    "SERINUS_SETTLE": "30",
}


@pytest.mark.parametrize(("variable", "kind"), [({"SERINUS_STICKY": "1"}, RoutedEndpoints), ({}, SageMakerEndpoints)])
def test_routers_stand_before_sagemaker_only_where_terraform_made_some(
    sandbox: Sandbox, variable: dict[str, str], kind: type
) -> None:
    deployed = Deployed.from_variables(VARIABLES | variable)
    made = world(deployed, lambda service, **_config: sandbox.client(service))
    assert isinstance(made.endpoints, kind)
    assert made.endpoints.live("nowhere") is None
