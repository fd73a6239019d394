"""The explorer finds what is wrong, whichever it is: with each of these faults some invariant does not hold."""

from __future__ import annotations

import re

import pytest

from tests.explorer.explore import BrokenError, explore
from tests.explorer.mutants import MUTANTS
from tests.explorer.scenarios import SCENARIOS


@pytest.mark.parametrize("name", MUTANTS)
def test_it_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant, bounds = MUTANTS[name], SCENARIOS[MUTANTS[name].scenario][1]
    explored = mutant.explored
    for module, rule, instead in mutant.rules:
        monkeypatch.setattr(module, rule, instead)
    with pytest.raises(BrokenError, match=re.escape(mutant.breaks)):
        explore(explored, bounds)
