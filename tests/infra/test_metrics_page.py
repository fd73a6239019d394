"""docs/metrics.md: its examples are read as environment files are, and it names all that there is."""

import json
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from ruamel.yaml import YAML

from infra.spec import Progressive, load
from lambdas.rollout.catalogue import quantile_queries, queries
from lambdas.rollout.guardrails import Guardrail, Quality, Value
from tests.infra.specs import PROGRESSIVE
from tests.rollout.groups import ALL, plan

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
METRICS = [metric for cls in get_args(Guardrail) for metric in get_args(get_type_hints(cls)["metric"])]


def _read(example: str, folder: Path) -> Progressive:
    """Put an example's keys into a rollout that is right, or with a schema into its endpoint."""
    yaml = YAML(typ="safe", pure=True)
    document: Any = yaml.load(PROGRESSIVE)
    given = yaml.load(example)
    document["endpoints"]["mortgage"]["rollout"] |= given.pop("rollout", {})
    keys = document["endpoints"]["mortgage"] if "schema" in given else document["endpoints"]["mortgage"]["rollout"]
    keys |= given
    file = folder / "prod.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    rollout = load(file).endpoints[0].rollout
    assert isinstance(rollout, Progressive)
    return rollout


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_read(example: str, tmp_path: Path) -> None:
    plan = _read(example, tmp_path).plan
    assert all(guardrail.key for guardrail in plan.guardrails)


def test_every_metric_is_in_the_catalogue() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert {metric for metric in METRICS if not any(f"`{metric}`" in row.split("|")[1] for row in rows)} == set()


def test_every_counter_that_users_publish_is_named() -> None:
    qualities: Any = get_args(get_type_hints(Quality)["metric"])
    values: Any = get_args(get_type_hints(Value)["metric"])
    asked = [query for metric in qualities for query in queries(Quality(metric), None)]
    asked += [query for metric in values for query in quantile_queries(Value(metric))]
    assert {query.quantity.namespace for query in asked} == {"Serinus"}
    assert {query.quantity.name for query in asked if f"`{query.quantity.name}`" not in PAGE} == set()


def test_every_counter_of_groups_is_named() -> None:
    asked = [query for each in plan(*ALL).guardrails for query in queries(each, None)]
    section = PAGE.split("## Fairness\n")[1].split("\n## ")[0]
    assert {query.quantity.name for query in asked if f"`{query.quantity.name}`" not in section} == set()
    assert {name for query in asked for name in query.quantity.dimensions if f"`{name}`" not in section} == set()
