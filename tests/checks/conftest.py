from __future__ import annotations

import pytest

from infra.checks.synthesized import examine_stacks
from infra.spec import load_all
from stacks.app import PROJECT, build


@pytest.fixture(scope="session")
def synthesized_checks(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """What the checks say of all that our own environments synthesize to."""
    folder = tmp_path_factory.mktemp("synth")
    environments = load_all(PROJECT / "environments")
    build(environments, folder).synth()
    return tuple(str(notice) for notice in examine_stacks(folder, environments))
