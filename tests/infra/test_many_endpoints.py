"""An environment file of five hundred endpoints is read, and what does not fit in one is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.scale import ENDPOINT, HEAD
from infra.spec import SpecErrors, load

if TYPE_CHECKING:
    from pathlib import Path


def test_five_hundred_endpoints_are_read(tmp_path: Path) -> None:
    file = tmp_path / "many.yaml"
    file.write_text(HEAD + "".join(ENDPOINT.format(number=number) for number in range(500)))
    assert len(load(file).endpoints) == 500


def test_more_tests_than_the_reward_function_can_be_told_of_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "many.yaml"
    tested = ENDPOINT.replace("{{weight: 10%, bake: 1h}}", "{{weight: 10%, bake: 1h, experiment: {{max: 1d}}}}")
    file.write_text(HEAD + "".join(tested.format(number=number) for number in range(230)))
    with pytest.raises(SpecErrors, match=r"experiments and bandits on so many that their names take 3,\d+ of 3,000"):
        load(file)
