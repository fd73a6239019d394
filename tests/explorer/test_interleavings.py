"""Whatever the order of calls, and whatever befalls whom at which: the invariants of DESIGN 4.4 hold after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.explorer.explore import explore
from tests.explorer.scenarios import LONGER, SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("name", [*SCENARIOS, *(pytest.param(name, marks=pytest.mark.tour) for name in LONGER)])
def test_in_every_order_and_whatever_befalls_whom_the_invariants_hold(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    found = explore(*(SCENARIOS | LONGER)[name])
    record_property("explored", f"{name}: {found.states} states, {found.schedules} schedules")
    assert found.schedules > 50
