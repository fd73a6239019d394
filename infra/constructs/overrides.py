"""Overrides are loud: a warning and an output in every plan, and a banner on stderr while synthesizing."""

import sys

from cdktf import TerraformLocal, TerraformOutput, TerraformStack

from infra.spec.endpoint import Endpoint


def overrides(endpoint: Endpoint) -> dict[str, str]:
    """Say in a sentence each what this endpoint overrides."""
    said = {}
    if endpoint.force:
        said["force"] = f"{endpoint.name}: what the live function refuses is done all the same ({endpoint.force})."
    if endpoint.break_glass:
        glass = endpoint.break_glass
        said["break_glass"] = (
            f"{endpoint.name}: the live function is not asked; stable gets {glass.stable / 100:g} % and canary"
            f" {glass.canary / 100:g} % of the traffic ({glass.reason})."
        )
    return said


def proclaim(stack: TerraformStack, endpoint: Endpoint) -> None:
    """Tell every override three times over."""
    for kind, sentence in overrides(endpoint).items():
        text = f"OVERRIDE {kind} on {sentence} Take it out of the file after this deploy."
        print(f"\n*** {text} ***\n", file=sys.stderr)  # noqa: T201  # it is meant to be seen
        name = f"{kind}-{endpoint.name}"
        told = TerraformLocal(stack, name, text)
        TerraformOutput(stack, f"{name}-override", value=text)
        # A check that fails warns in every plan and stops nothing. Terraform wants it to look at something.
        condition = f'${{local.{told.friendly_unique_id} == ""}}'
        stack.add_override(f"check.{name}.assert", [{"condition": condition, "error_message": text}])
