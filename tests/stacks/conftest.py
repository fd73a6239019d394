from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from infra.spec import load_all
from stacks.app import PROJECT, build

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Synthesized:
    """The output of one synthesis of all environment files."""

    folder: Path

    def stack(self, name: str) -> Any:
        return json.loads((self.folder / "stacks" / name / "cdk.tf.json").read_text())

    def stacks(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "stacks").iterdir())

    def resources(self, stack: str, kind: str) -> list[dict[str, Any]]:
        return list(self.stack(stack)["resource"].get(kind, {}).values())


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    folder = tmp_path_factory.mktemp("synth") / "cdktf.out"
    build(load_all(PROJECT / "environments"), folder).synth()
    return Synthesized(folder)
