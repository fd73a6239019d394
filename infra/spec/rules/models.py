"""Rules on model versions."""

from collections.abc import Iterator
from difflib import get_close_matches

from infra.spec.forms import either
from infra.spec.image_registry import frameworks
from infra.spec.images import versions
from infra.spec.model import Instance, ModelVersion
from infra.spec.rules.finding import Finding

_FETCH_THEIR_MODEL = ("djl-", "huggingface", "llama-cpp", "sglang", "vllm")
"""Frameworks whose images can load a model that the environment names, from elsewhere than ``model_data``."""


def one_image(model: ModelVersion) -> Iterator[Finding]:
    """A model version has an image of its own or a framework's."""
    if model.image and model.framework:
        yield Finding(("framework",), "stands beside image, and only one can serve", "keep one of the two")
    if not model.image and not model.framework:
        yield Finding(
            ("image",),
            "is missing, and so is framework",
            'add image, or framework: {name: xgboost, version: "1.7-1"}',
        )


def framework_is_known(model: ModelVersion) -> Iterator[Finding]:
    """The SageMaker SDK's registry has the framework and the version."""
    wanted = model.framework
    if not wanted:
        return
    if not (known := versions(wanted.name)):
        yield Finding(
            ("framework", "name"), "is no framework with serving images", _suggestion(wanted.name, frameworks())
        )
    elif wanted.version not in known:
        problem = f"is no version of {wanted.name} that the SageMaker SDK knows"
        yield Finding(("framework", "version"), problem, _suggestion(wanted.version, known))


def framework_has_its_model(model: ModelVersion) -> Iterator[Finding]:
    """A framework's image serves the model that it is given."""
    needs = model.framework and not model.framework.name.startswith(_FETCH_THEIR_MODEL)
    if needs and model.framework and not model.model_data:
        yield Finding(
            ("model_data",),
            f"is missing, and the {model.framework.name} image holds no model",
            "add model_data: s3://bucket/path/model.tar.gz",
        )


def model_data_is_an_archive(model: ModelVersion) -> Iterator[Finding]:
    """SageMaker unpacks model data from one gzipped tar file (ContainerDefinition, ModelDataUrl)."""
    if model.model_data and not model.model_data.endswith(".tar.gz"):
        yield Finding(("model_data",), "is no .tar.gz file, and SageMaker takes no other", "pack it as model.tar.gz")


def variables_have_names(model: ModelVersion) -> Iterator[Finding]:
    """Environment variables are named with letters, digits and underscores (ContainerDefinition, Environment)."""
    for name in model.environment:
        if not name.isidentifier() or not name.isascii():
            fix = "name it with letters, digits and underscores"
            yield Finding(("environment", name), "is no name of an environment variable", fix)


def guardrails_reach_the_instance(instance: Instance) -> Iterator[Finding]:
    """On Inf1, SageMaker ignores deployment guardrails without a word."""
    if instance.type.startswith("ml.inf1."):
        problem = "is excluded from deployment guardrails: it would switch all at once, without bake or rollback"
        yield Finding(("type",), problem, "write another type, such as ml.inf2.xlarge", "guardrails-do-not-apply")


def _suggestion(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, 3, cutoff=0.4) or known[-8:]
    return f"write {either(near)}"
