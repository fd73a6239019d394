"""The story: v1 serves, v2 is rolled out, v3 is rolled back, and nobody who asks stable is ever hurt."""

import contextlib
from argparse import Namespace
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from cli.connect import connect
from cli.report.write import NO_CAPTURES, report
from demo.data import Split, applicants, split
from demo.deploy import command, deploy
from demo.edit import Edit, add_canary, edit, make_stable
from demo.follow import StuckError, follow
from demo.models import Model, evaluate, train_all
from demo.publish import archives
from demo.scene import ENVIRONMENT, Scene, scene
from demo.screen import Screen, numbers, times
from demo.tally import tally, way_back
from lambdas.rollout.state import Phase

_RATE = 40.0  # requests per second
_PATIENCE = 300.0  # seconds that a rollout may take
_BROKEN = "v3"


class Story:
    """Plays in `home`, shows on `screen`; `problems` are sentences on what was not as it should be."""

    def __init__(self, screen: Screen, home: Path, reports: Path) -> None:
        self._screen, self._home, self._reports = screen, home, reports
        self.problems: list[str] = []

    def play(self) -> None:
        """Play it all; DeployError where a deploy fails."""
        with contextlib.ExitStack() as stack:
            data, models = self._train()
            with self._screen.stage("start the sandbox, upload the models"):
                here = stack.enter_context(scene(self._home))
                here.publish(archives(models))
            self._deploy(here, "v1")
            with here.traffic(data.held_out, _RATE):
                self._screen.say(f"  from now on {_RATE:g} held-out applicants a second ask the endpoint")
                name = here.endpoint.name
                self._roll(here, "v2", Phase.PROMOTED, add_canary(name, "v2"))
                self._roll(here, _BROKEN, Phase.ROLLED_BACK, make_stable(name), add_canary(name, _BROKEN))
            self._count(here)

    def _train(self) -> tuple[Split, tuple[Model, ...]]:
        with self._screen.stage("read 2,380 mortgage applications, train three models"):
            data = split(applicants())
            models = train_all(data)
            table = _scores(models, data)
        self._screen.console.print(table)
        return data, models

    def _deploy(self, here: Scene, version: str) -> None:
        log = self._home / f"deploy-{version}.log"
        stacks = f"{ENVIRONMENT}-*"
        self._screen.say(f"  [dim]$ {escape(' '.join(command(here.workshop, stacks)))} > {log}[/]")
        with self._screen.stage(f"deploy {version}") as tell:
            deploy(here.workshop, stacks, log, tell)

    def _roll(self, here: Scene, version: str, wanted: Phase, *edits: Edit) -> None:
        """Edit, deploy, watch to the end, report."""
        self._screen.heading(f"Canary {version}")
        self._screen.diff(edit(here.file, *edits))
        self._deploy(here, version)
        name = here.endpoint.name
        self._screen.say(f"  [dim]$ serinus watch {ENVIRONMENT} {name}[/]")
        with self._screen.timed(f"rollout of {version}"):
            try:
                rollout = follow(ENVIRONMENT, name, self._screen.console, _PATIENCE)
            except StuckError as error:
                self.problems.append(f"{version} should be {wanted}. {error}")
                return
        if rollout.canary != version or rollout.phase is not wanted:
            self.problems.append(f"{version} should be {wanted}; {rollout.title} is {rollout.phase}")
        asked = Namespace(endpoint=name, rollout=rollout.number, out=self._reports, svg=True, **NO_CAPTURES)
        self._screen.console.print(report(connect(ENVIRONMENT), asked).text)

    def _count(self, here: Scene) -> None:
        answers = here.answers()
        counted = tally(answers, _BROKEN)
        back = way_back(answers, here.weights(), _BROKEN)
        self._screen.heading("What callers of the endpoint saw")
        self._screen.console.print(numbers(counted, back, _BROKEN))
        self._screen.heading("How long it took")
        self._screen.console.print(times(self._screen.times))
        if counted.failed_on_stable:
            self.problems.append(f"{counted.failed_on_stable} requests failed on stable")
        if not counted.served:
            self.problems.append("no request was served")


def _scores(models: tuple[Model, ...], data: Split) -> Table:
    """Draw the models with what their authors measured on held-out rows."""
    table = Table("model", "made of", "rows", "accuracy", "AUC")
    for model in models:
        score = evaluate(model, data.held_out)
        row = (f"{score.rows}", f"{100 * score.accuracy:.1f} %", f"{score.auc:.3f}")
        table.add_row(model.recipe.version, model.recipe.story, *row)
    return table
