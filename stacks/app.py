"""All environments as one cdktf app: ``ENV-control`` and ``ENV-serving`` for each."""

from collections.abc import Iterable
from pathlib import Path

from cdktf import App

from infra import artifact
from infra.spec.environment import Environment
from stacks.control import ControlStack
from stacks.serving import ServingStack

PROJECT = Path(__file__).resolve().parent.parent


def build(environments: Iterable[Environment], outdir: Path) -> App:
    """Compose the app; ``synth()`` then writes it into ``outdir``, the same bytes for the same input."""
    outdir.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(outdir))
    lambdas = artifact.build(PROJECT / "lambdas")
    for environment in environments:
        name = environment.name
        control = ControlStack(
            app, f"{name}-control", environment=environment, artifact=lambdas, work=outdir / "artifact"
        )
        serving = ServingStack(app, f"{name}-serving", environment=environment)
        serving.add_dependency(control)
    return app
