"""Whatever fails inside a function, at whichever call: what is in the table afterwards is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from lambdas.control.advance import advance
from lambdas.control.begin import begin_rollout
from lambdas.control.grant import grant_wish
from lambdas.control.take_back import take_back
from lambdas.rollout.operate import Wish
from tests.adapters.tables import world_on_a_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.control.world import World
    from tests.conftest import Sandbox

ACTIONS: dict[str, Callable[[World], object]] = {
    "begin": lambda world: begin_rollout(world, "mortgage"),
    "advance": lambda world: advance(world, "mortgage"),
    "alarm": lambda world: take_back(world, "mortgage", cause="alarm a", reason="20 > 5"),
    "pause": lambda world: grant_wish(world, "mortgage", Wish.PAUSE, who="ada"),
}
CALLS = 5
"""More calls to DynamoDB than any of them makes before the last that matters."""


@pytest.mark.parametrize("when", ["before-call", "after-call"])
@pytest.mark.parametrize("name", ACTIONS)
def test_what_is_in_the_ledger_is_whole_whatever_fails(sandbox: Sandbox, name: str, when: str) -> None:
    failed = 0
    for nth in range(1, CALLS + 1):
        fake, ledger = world_on_a_table(sandbox)
        events = ledger._client.meta.events
        if name != "begin":
            begin_rollout(fake.world, "mortgage")
            advance(fake.world, "mortgage")
        calls = iter(range(1, 1_000))

        def fail(nth: int = nth, calls: Any = calls, **_: Any) -> None:
            if next(calls) == nth:
                raise ReadTimeoutError(endpoint_url="dynamodb")

        events.register(f"{when}.dynamodb", fail)
        try:
            ACTIONS[name](fake.world)
        except ReadTimeoutError:
            failed += 1
        events.unregister(f"{when}.dynamodb", fail)
        state = fake.world.ledger.load("mortgage")
        history = fake.world.ledger.history("mortgage", 1)
        assert [entry.revision for entry in history] == list(range(1, state.revision + 1))
        if state.rollout:
            last = history[-1]
            told = (last.phase, last.step, last.weight)
            assert told == (state.rollout.phase, state.rollout.step, state.rollout.weight)
    assert failed >= 2
