"""A trained model as its server takes it: a scorecard in JSON, packed as model.tar.gz.

A logistic regression is a handful of numbers. Exported so, its server needs no scikit-learn, whose import alone
takes seconds of a processor, and starts in a tenth of a second.
"""

import io
import json
import tarfile
from typing import Any

from demo.models import Model


def scorecard(model: Model) -> dict[str, Any]:
    """Write the pipeline out: per number its mean, scale and weight, per word the weight of each category seen."""
    prepare, regression = (step for _, step in model.pipeline.steps)
    weights = iter(float(weight) for weight in regression.coef_[0])
    scaler, encoder = prepare.named_transformers_["numbers"], prepare.named_transformers_.get("words")
    numbers = {
        name: {"mean": float(mean), "scale": float(scale), "weight": next(weights)}
        for name, mean, scale in zip(model.recipe.numbers, scaler.mean_, scaler.scale_, strict=True)
    }
    categories = encoder.categories_ if model.recipe.words else []
    words = {
        name: {str(category): next(weights) for category in known}
        for name, known in zip(model.recipe.words, categories, strict=True)
    }
    intercept = float(regression.intercept_[0])
    return {"version": model.recipe.version, "intercept": intercept, "numbers": numbers, "words": words}


def archive(model: Model) -> bytes:
    """Pack the model's scorecard as model.tar.gz."""
    return packed(scorecard(model))


def packed(card: dict[str, Any]) -> bytes:
    """Pack a scorecard as model.tar.gz."""
    content = json.dumps(card, indent=2).encode()
    tarball = io.BytesIO()
    with tarfile.open(fileobj=tarball, mode="w:gz") as tar:
        entry = tarfile.TarInfo("model.json")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return tarball.getvalue()
