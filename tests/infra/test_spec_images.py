"""Framework images: the registry loaded alone answers as the plain import does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.spec import SpecErrors, load
from infra.spec.image_registry import frameworks, regions
from infra.spec.images import image_uri, versions
from tests.infra.specs import PROGRESSIVE, changed

ROOT = Path(__file__).parents[2]

_BOTH_WAYS = """
import functools, itertools, json, sys
from infra.spec.image_registry import registry

def answers(image_uris):
    found = {}
    for framework in ("xgboost", "sklearn", "pytorch", "tensorflow", "huggingface", "knn", "djl-lmi"):
        config = image_uris.config_for_framework(framework)
        known = list(config.get("inference", config)["versions"])[-6:] + ["0.0"]
        pythons, regions = (None, "py3", "py310"), ("eu-west-1", "cn-north-1", "xx-1")
        instances = ("ml.m5.large", "ml.g5.xlarge", "ml.c6g.large", "nonsense")
        for case in itertools.product(known, pythons, instances, regions):
            version, python, instance, region = case
            try:
                found[f"{framework} {case}"] = image_uris.retrieve(
                    framework=framework, region=region, version=version, py_version=python,
                    instance_type=instance, image_scope="inference",
                )
            except Exception as error:
                found[f"{framework} {case}"] = f"{type(error).__name__}: {error}"
    return found

alone = answers(registry())
left_behind = [name for name in sys.modules if name.partition(".")[0] in ("sagemaker", "boto3")]
from sagemaker.core import image_uris
image_uris.utils._botocore_resolver = functools.cache(image_uris.utils._botocore_resolver)
plain = answers(image_uris)
print(json.dumps({
    "left_behind": left_behind,
    "different": {key: [alone[key], plain[key]] for key in plain if alone[key] != plain[key]},
    "images": sum(".dkr." in uri for uri in plain.values()),
    "pandas": "pandas" in sys.modules,
}))
"""


def test_the_registry_alone_answers_as_the_plain_import_does_and_leaves_it_untouched() -> None:
    done = subprocess.run([sys.executable, "-c", _BOTH_WAYS], cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["different"] == {}
    assert told["left_behind"] == []
    assert told["images"] > 100
    assert told["pandas"], "the plain import after ours was not the plain one"


def test_loading_all_environments_imports_neither_the_sdk_nor_pandas_nor_pydantic() -> None:
    script = (
        "import sys; from pathlib import Path; from infra.spec import load_all; load_all(Path('environments'));"
        "print([name for name in ('sagemaker', 'boto3', 'pandas', 'numpy', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_framework_becomes_the_image_of_region_and_instance() -> None:
    assert image_uri("xgboost", "1.7-1", "", "eu-west-1", "ml.m5.large") == (
        "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    )
    assert ":2.1-gpu-py310" in image_uri("pytorch", "2.1", "py310", "us-east-1", "ml.g5.xlarge")


def test_loading_fills_the_image_in(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text(PROGRESSIVE, encoding="utf-8")
    (endpoint,) = load(file).endpoints
    assert endpoint.stable.image == "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def test_an_own_instance_decides_the_image(tmp_path: Path) -> None:
    framework = '\n      framework: {name: pytorch, version: "2.1", python: py310}'
    gpu = f"{framework}\n      instance: {{type: ml.g5.xlarge, count: 1}}"
    file = tmp_path / "prod.yaml"
    file.write_text(
        changed(PROGRESSIVE, 'version: v2\n      framework: {name: xgboost, version: "1.7-1"}', f"version: v2{gpu}"),
        encoding="utf-8",
    )
    canary = load(file).endpoints[0].canary
    assert canary
    assert "gpu" in canary.image


def test_whatever_the_sdk_raises_is_a_refusal(tmp_path: Path) -> None:
    file = tmp_path / "prod.yaml"
    file.write_text(
        changed(
            PROGRESSIVE,
            'version: v2\n      framework: {name: xgboost, version: "1.7-1"}',
            f'version: v2\n      framework: {{name: huggingface, version: "{versions("huggingface")[0]}"}}',
        ),
        encoding="utf-8",
    )
    with pytest.raises(SpecErrors, match=r"has no image in eu-west-1 for ml\.m5\.large"):
        load(file)


def test_the_registry_is_there() -> None:
    assert {"xgboost", "sklearn", "pytorch"} <= set(frameworks())
    assert {"eu-west-1", "us-gov-west-1", "cn-north-1"} <= set(regions())
    assert not any("global" in region for region in regions())
