"""Endpoints as the issues of the AWS provider have them: plain Terraform, without any of Serinus's measures."""

import json
from pathlib import Path
from typing import Any

from tests.stacks.specs import BROKEN, V1

STACK = "plainly"
SILENT, ORDERED, SCALED, FRACTIONS, WHOLE = "silent", "ordered", "scaled", "fractions", "whole"
ANEW = {"create_before_destroy": True}


def write(folder: Path, *, silent: str = "good", ordered: str = "good", scaled: str = "good") -> None:
    """Write the stack where `Terraform` looks for it; each endpoint gets a model of that name, ``broken`` or not."""
    resources: dict[str, Any] = {"aws_sagemaker_model": {}, "aws_sagemaker_endpoint_configuration": {}}
    resources["aws_sagemaker_endpoint"] = {}
    for endpoint, model in ((SILENT, silent), (ORDERED, ordered), (SCALED, scaled)):
        lifecycle = {} if endpoint == ORDERED else ANEW
        resources["aws_sagemaker_model"][endpoint] = _model(endpoint, model)
        resources["aws_sagemaker_endpoint_configuration"][endpoint] = {
            "name_prefix": f"plain-{endpoint}-",
            "production_variants": [_variant(endpoint, "stable", 1)],
            "lifecycle": lifecycle,
        }
        resources["aws_sagemaker_endpoint"][endpoint] = {
            "name": f"plain-{endpoint}",
            "endpoint_config_name": f"${{aws_sagemaker_endpoint_configuration.{endpoint}.name}}",
        }
    for weighed, weights in ((FRACTIONS, (0.8, 0.2)), (WHOLE, (8_000, 2_000))):
        resources["aws_sagemaker_endpoint_configuration"][weighed] = {
            "name_prefix": f"plain-{weighed}-",
            "production_variants": [
                _variant(SCALED, role, weight) for role, weight in zip(("stable", "canary"), weights, strict=True)
            ],
        }
    place = folder / "cdktf.out" / "stacks" / STACK
    place.mkdir(parents=True, exist_ok=True)
    (place / "cdk.tf.json").write_text(json.dumps(_around(resources), indent=2))


def _around(resources: dict[str, Any]) -> dict[str, Any]:
    provider = {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}
    return {
        "terraform": {"required_providers": provider},
        "provider": {"aws": {"region": "eu-west-1"}},
        "resource": resources,
    }


def _model(endpoint: str, model: str) -> dict[str, Any]:
    return {
        "name": f"plain-{endpoint}-{model}",
        "execution_role_arn": "arn:aws:iam::123456789012:role/models",
        "primary_container": {"image": BROKEN.image if model == "broken" else V1.image},
        "lifecycle": ANEW,
    }


def _variant(model: str, role: str, weight: float) -> dict[str, Any]:
    return {
        "variant_name": role,
        "model_name": f"${{aws_sagemaker_model.{model}.name}}",
        "instance_type": "ml.m5.large",
        "initial_instance_count": 1,
        "initial_variant_weight": weight,
    }
