"""docs/quality.md is held to the code: its example is read, its truth counts, it names all counters and outcomes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from infra.spec import Endpoint, load
from lake.baseline import write
from lambdas.rollout.quality.counts import Judged, of_predictions, of_truths, values
from lambdas.rollout.quality.ports import Outcome
from lambdas.rollout.quality.predicted import Inference, Prediction
from lambdas.rollout.quality.schema import Kpi, Predicted, Schema
from lambdas.rollout.quality.statistics import Categories, Numbers
from lambdas.rollout.quality.truth import read_truth
from tests.infra.specs import PROGRESSIVE
from tests.quality.fakes import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "quality.md").read_text(encoding="utf-8")


USUAL: dict[str, Numbers | Categories] = {
    "income": Numbers(3, 0, 2.0, 6.0, 0.8, 1.0, 3.0, ((1.0, 1), (2.0, 1), (3.0, 1))),
    "purpose": Categories(3, 0, {"home": 3}),
    "race": Categories(3, 0, {"white": 2, "black": 1}),
}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def _read(tmp_path: Path, more: dict[str, Any]) -> Endpoint:
    """Read the page's first example, with more keys, as an endpoint of an environment."""
    yaml = YAML(typ="safe", pure=True)
    document: Any = yaml.load(PROGRESSIVE)
    given = yaml.load(_blocks("yaml")[0])["endpoints"]["mortgage"] | more
    endpoint = document["endpoints"]["mortgage"]
    endpoint["rollout"] |= given.pop("rollout")
    file = tmp_path / "prod.yaml"
    file.write_text(json.dumps(document | {"endpoints": {"mortgage": endpoint | given}}), encoding="utf-8")
    return load(file).endpoints[0]


def test_the_example_is_an_endpoints(tmp_path: Path) -> None:
    schema = _read(tmp_path, {}).schema
    assert schema is not None
    assert (schema.columns, schema.predicted, schema.groups) == (SCHEMA.columns, SCHEMA.predicted, SCHEMA.groups)


def test_the_monitors_example_is_an_endpoints(tmp_path: Path) -> None:
    _, _, beside = _blocks("yaml")
    given = YAML(typ="safe", pure=True).load(beside)
    (tmp_path / "usual").mkdir()
    write(tmp_path / "usual", USUAL)
    monitor = _read(tmp_path, given).monitor
    assert monitor is not None
    assert (monitor.to, monitor.every) == ("s3://mortgage-monitor/prod", 86_400)


def test_the_kpis_example_is_an_endpoints(tmp_path: Path) -> None:
    _, beside, _ = _blocks("yaml")
    kpi = YAML(typ="safe", pure=True).load(beside)["schema"]["kpi"]
    given = YAML(typ="safe", pure=True).load(_blocks("yaml")[0])["endpoints"]["mortgage"]["schema"]
    schema = _read(tmp_path, {"schema": given | {"kpi": kpi}}).schema
    assert schema is not None
    assert schema.kpi == Kpi("no", revenue=True)


def test_the_truth_is_one() -> None:
    assert read_truth(_blocks("json")[0]).labels == ("yes",)


def test_every_key_counter_and_outcome_is_named() -> None:
    found = [
        Judged(0.0, "canary", Prediction(label, 0.5, None, ("race=black",)), truth)
        for label in _LABELS
        for truth in _LABELS
    ]
    guess = [Inference("canary", 0.0, tuple(each.prediction for each in found))]
    number = Schema(columns={}, predicted=Predicted(label="price"))
    off = values([Judged(0.0, "canary", Prediction(value=1.0), "2")], number, 60)
    counted = (of_predictions(guess, SCHEMA, 60), of_truths(found, SCHEMA, 60), values(found, SCHEMA, 60), off)
    names = {name for counts in counted for named in counts.values() for name in named} | {"ConcordantPairs"}
    names |= {f"Truths{outcome.title()}" for outcome in Outcome}
    selling = replace(SCHEMA, kpi=Kpi(conversion="yes", revenue=True))
    sold = [each._replace(earned=1.0) for each in found]
    earned = (of_truths(sold, selling, 60), values(sold, selling, 60))
    names |= {name for counts in earned for named in counts.values() for name in named}
    names |= {f"kpi.{name}" for name in Kpi.__dataclass_fields__}
    names |= {*Schema.__dataclass_fields__} - {"predicted"} | {
        f"predicted.{name}" for name in Predicted.__dataclass_fields__
    }
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


_LABELS = ("yes", "no")
