"""Environment files that are right, for tests that break them."""

from pathlib import Path

import pytest

from infra.spec import SpecErrors, load

PROGRESSIVE = """\
account: "123456789012"
region: eu-west-1
state: {s3: {bucket: serinus-state, prefix: serinus/prod}}
control:
  metric_period: 60s
  log_retention_days: 90
tags: {team: ml}
endpoints:
  mortgage:
    instance: {type: ml.m5.large, count: 2}
    stable:
      version: v1
      framework: {name: xgboost, version: "1.7-1"}
      model_data: s3://models/v1.tar.gz
    canary:
      version: v2
      framework: {name: xgboost, version: "1.7-1"}
      model_data: s3://models/v2.tar.gz
    rollout:
      mode: progressive
      steps:
        - {weight: 1%, bake: 10m}
        - {weight: 50%, bake: 10m}
        - {weight: 100%, bake: 10m}
      guardrails:
        - {metric: error_rate, margin: 1.1, detect: 2}
        - {metric: latency, percentile: 95}
"""

NATIVE = """\
account: "123456789012"
region: eu-west-1
state: {local: out/state}
endpoints:
  documents:
    instance: {type: ml.c5.xlarge, count: 4}
    stable:
      version: "7"
      image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/documents:7
    rollout:
      mode: native
      strategy: canary
      size: {percent: 25%}
      wait: 10m
      baking: 10m
      timeout: 1h
      alarms:
        - {metric: error_rate, above: 5%}
        - {metric: latency, percentile: 99, above: 800ms}
"""

FAIR = (
    PROGRESSIVE.replace("{metric: latency, percentile: 95}", "{metric: demographic_parity, detect: 1.4}")
    + """\
        - {metric: error_rate, at_most: 1%}
        - {metric: equal_opportunity, groups: [sex=female, race=black], min_group: 50}
        - {metric: disparate_impact, against: race=white}
        - {metric: predictive_equality, groups: [race=asian]}
    schema:
      columns: {income: number, race: category, sex: category}
      predicted: {label: decision, positive: approved}
      groups: {race: [white, black, asian], sex: [female, male]}
      ground_truth: s3://truths-123456789012/mortgage
"""
)


def refusal(folder: Path, text: str) -> str:
    """Load `text` as prod.yaml, and return what is said against it, with paths from `folder` on."""
    file = folder / "prod.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SpecErrors) as caught:
        load(file)
    return str(caught.value).replace(f"{folder}/", "")


def changed(text: str, old: str, new: str) -> str:
    """Replace the one place in `text` that reads `old`."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)
