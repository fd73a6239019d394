from __future__ import annotations

import pytest

from cli.exits import Exit, RefusedError
from cli.story import Story, find_story
from lambdas.rollout.state import Kind, Phase
from tests.cli import histories
from tests.fakes import MemoryLedger


def test_an_old_rollout_is_found_by_its_number_with_its_versions() -> None:
    ledger = histories.superseding().fakes.ledger
    old, new = find_story(ledger, "prod", "mortgage", 1), find_story(ledger, "prod", "mortgage")
    assert (old.stable, old.canary, old.phase, old.steps) == ("2026.10", "2026.11", Phase.ROLLED_BACK, ())
    assert (new.number, new.canary, new.phase) == (2, "2026.12", Phase.PROGRESSING)
    assert new.steps == histories.LONG.steps


def test_what_there_is_not_is_said() -> None:
    ledger = histories.subtle().fakes.ledger
    with pytest.raises(RefusedError, match="no rollout 4") as refused:
        find_story(ledger, "prod", "mortgage", 4)
    assert (refused.value.code, refused.value.fix) == (Exit.NOTHING, "it has rollout 1")
    with pytest.raises(RefusedError, match="no rollout yet"):
        find_story(MemoryLedger(), "prod", "mortgage")


def test_the_deciding_entry_is_the_one_that_turned_the_rollout_round(judged_bad: Story) -> None:
    assert judged_bad.entries[-1].kind is Kind.ROLL_BACK
    assert judged_bad.deciding.phase is Phase.ROLLING_BACK
    assert "error rate is higher" in judged_bad.deciding.reason


def test_the_time_to_weight_0_is_measured_from_the_decision(judged_bad: Story, promoted: Story) -> None:
    back = judged_bad.deciding
    first = next(e for e in judged_bad.entries if e.revision > back.revision and e.live_weight == 0)
    assert judged_bad.turned_round == first.at - back.at
    assert promoted.turned_round is None


def test_decisions_leave_out_looks_that_changed_nothing(promoted: Story) -> None:
    assert [e.kind for e in promoted.decisions] == [
        Kind.BEGIN,
        *[Kind.ADVANCE] * 3,
        Kind.PAUSE,
        Kind.ADVANCE,
        Kind.PROMOTE,
    ]
