"""docs/quality.md is held to the code: its example is read, its truth counts, it names all counters and outcomes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from infra.spec import load
from lambdas.rollout.quality.counts import Judged, losses, of_predictions, of_truths
from lambdas.rollout.quality.ports import Outcome
from lambdas.rollout.quality.predicted import Inference, Prediction
from lambdas.rollout.quality.schema import Predicted, Schema
from lambdas.rollout.quality.truth import read_truth
from tests.infra.specs import PROGRESSIVE
from tests.quality.fakes import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "quality.md").read_text(encoding="utf-8")


def _block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    return str(found)


def test_the_example_is_an_endpoints(tmp_path: Path) -> None:
    yaml = YAML(typ="safe", pure=True)
    document: Any = yaml.load(PROGRESSIVE)
    given = yaml.load(_block("yaml"))["endpoints"]["mortgage"]
    endpoint = document["endpoints"]["mortgage"]
    endpoint["rollout"] |= given.pop("rollout")
    file = tmp_path / "prod.yaml"
    file.write_text(json.dumps(document | {"endpoints": {"mortgage": endpoint | given}}), encoding="utf-8")
    schema = load(file).endpoints[0].schema
    assert schema is not None
    assert (schema.columns, schema.predicted, schema.groups) == (SCHEMA.columns, SCHEMA.predicted, SCHEMA.groups)


def test_the_truth_is_one() -> None:
    assert read_truth(_block("json")).labels == ("yes",)


def test_every_key_counter_and_outcome_is_named() -> None:
    found = [
        Judged(0.0, "canary", Prediction(label, 0.5, None, ("race=black",)), truth)
        for label in _LABELS
        for truth in _LABELS
    ]
    guess = [Inference("canary", 0.0, tuple(each.prediction for each in found))]
    number = Schema(columns={}, predicted=Predicted(label="price"))
    off = losses([Judged(0.0, "canary", Prediction(value=1.0), "2")], number, 60)
    counted = (of_predictions(guess, SCHEMA, 60), of_truths(found, SCHEMA, 60), losses(found, SCHEMA, 60), off)
    names = {name for counts in counted for named in counts.values() for name in named} | {"ConcordantPairs"}
    names |= {f"Truths{outcome.title()}" for outcome in Outcome}
    names |= {*Schema.__dataclass_fields__} - {"predicted"} | {
        f"predicted.{name}" for name in Predicted.__dataclass_fields__
    }
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


_LABELS = ("yes", "no")
