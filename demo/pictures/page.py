"""An endpoint as a page of docs/patterns writes it."""

import re
import tempfile
from pathlib import Path

from infra.spec import load
from infra.spec.endpoint import Endpoint
from infra.spec.rollout import Native, Progressive
from lambdas.rollout.plan import Plan

DOCS = Path(__file__).parents[2] / "docs"
BASE = DOCS / "checks" / "example.yaml"
"""What the pages' blocks are merged over."""


def endpoint(page: str) -> Endpoint:
    """Load the endpoint that a page's first block is about; raises SpecErrors where it is none."""
    text = (DOCS / "patterns" / f"{page}.md").read_text(encoding="utf-8")
    block = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0]
    name = re.findall(r"^  (\w+):", block, re.MULTILINE)[0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prod.yaml"
        file.write_text(f"extends: {BASE}\n{block}", encoding="utf-8")
        return next(each for each in load(file).endpoints if each.name == name)


def plan(page: str) -> Plan:
    """Load the plan of a page's first block; raises TypeError where SageMaker rolls out by itself."""
    rollout = endpoint(page).rollout
    if not isinstance(rollout, Progressive):
        raise TypeError(f"{page}: {type(rollout).__name__} has no plan")
    return rollout.plan


def native(page: str) -> Native:
    """Load what a page's first block asks of SageMaker; raises TypeError where it has a plan of ours."""
    rollout = endpoint(page).rollout
    if not isinstance(rollout, Native):
        raise TypeError(f"{page}: {type(rollout).__name__} is not SageMaker's own")
    return rollout
