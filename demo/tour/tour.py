"""The tour: SageMaker replaces fleets by itself, the judge takes a canary to everybody, and a router knows users."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from cli.connect import connect
from cli.deployments import latest
from demo.data import Split, applicants, split
from demo.deploy import deploy
from demo.edit import Edit, add_canary, edit, set_value
from demo.follow import StuckError, follow
from demo.models import Model, train_all
from demo.publish import archives
from demo.scene import Scene, scene
from demo.screen import Screen
from demo.tour import routed
from demo.tour.pages import Stop, page_of, write_index
from demo.tour.parts import PARTS, Part
from lambdas.rollout.state import Phase

_RATE = 20.0  # requests per second
_PATIENCE = 300.0  # seconds that a rollout, or the news of a deployment's end, may take
_EVERY = 1.0  # seconds between two looks at SageMaker's history
_NATIVE = {"mode": "native", "timeout": "10m", "alarms": [{"metric": "error_rate", "above": "5%"}]}
_BLUE_GREEN = _NATIVE | {"strategy": "all_at_once", "baking": "32s"}
_ROLLING = _NATIVE | {"strategy": "rolling", "size": {"percent": "50%"}, "wait": "32s"}


class Tour:
    """Plays in `home`, shows on `screen`, writes into `folder`; `problems` are sentences on what went wrong."""

    def __init__(self, screen: Screen, home: Path, folder: Path) -> None:
        self._screen, self._home, self._folder = screen, home, folder
        self._stops: list[Stop] = []
        self.problems: list[str] = []

    def play(self) -> Path:
        """Show every part and return the index; DeployError where a deploy fails."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        with self._screen.stage("read 2,380 mortgage applications, train three models"):
            data = split(applicants())
            models = train_all(data)
        with self._scene(
            "native", data, models, set_value("endpoints", "mortgage", "rollout", to=_BLUE_GREEN)
        ) as here:
            self._native(here, "Blue/green", "SageMaker starts a second fleet and switches everybody at once.", "v2")
            edit(here.file, set_value("endpoints", here.endpoint.name, "rollout", to=_ROLLING))
            self._native(here, "Rolling", "SageMaker replaces the fleet batch by batch.", "v1")
        with self._scene("progressive", data, models) as here:
            self._canary(here)
        self._routed(data, models)
        return write_index(self._stops, self._folder)

    def _routed(self, data: Split, models: tuple[Model, ...]) -> None:
        """Show what needs a router: people keep their model, and some are asked first."""
        self._screen.heading("A sandbox with a router")
        with scene(self._home / "routed", environment=routed.ENVIRONMENT) as here:
            here.publish(routed.published(data, models))
            self._deploy(here, "v1")
            before: Part | None = None
            with routed.people(here, data) as asking:
                for part in PARTS:
                    self._screen.heading(part.pattern)
                    self._screen.diff(routed.prepare(here, part, before))
                    self._deploy(here, part.canary)
                    if problem := routed.play(here, part, asking, self._screen):
                        self.problems.append(problem)
                    self._stop(part.pattern, part.sentence, here)
                    before = part

    @contextlib.contextmanager
    def _scene(self, name: str, data: Split, models: tuple[Model, ...], *edits: Edit) -> Iterator[Scene]:
        """Bring a sandbox up in which v1 serves two instances and is asked."""
        self._screen.heading(f"A sandbox for {name} rollouts")
        with scene(self._home / name) as here:
            here.publish(archives(models))
            edit(here.file, set_value("endpoints", here.endpoint.name, "instance", "count", to=2), *edits)
            self._deploy(here, "v1")
            with here.traffic(data.held_out, _RATE):
                yield here

    def _deploy(self, here: Scene, version: str) -> None:
        with self._screen.stage(f"deploy {version}") as tell:
            deploy(here.workshop, f"{here.name}-*", here.home / f"deploy-{len(self._screen.times)}.log", tell)

    def _native(self, here: Scene, pattern: str, sentence: str, version: str) -> None:
        """Write `version` under stable, deploy, and wait for the news of the end."""
        self._screen.heading(pattern)
        name = here.endpoint.name
        url = here.endpoint.stable.model_data.rpartition("/")[0] + f"/{version}.tar.gz"
        stable = ("endpoints", name, "stable")
        self._screen.diff(
            edit(here.file, set_value(*stable, "version", to=version), set_value(*stable, "model_data", to=url))
        )
        known = latest(connect(here.name), name)
        self._deploy(here, version)
        phase = _ended(here, known.number if known else 0)
        if phase is not Phase.PROMOTED:
            self.problems.append(f"{pattern}: {version} should serve everything; its deployment is {phase}")
        self._stop(pattern, sentence, here)

    def _canary(self, here: Scene) -> None:
        pattern, name = "Canary", here.endpoint.name
        self._screen.heading(pattern)
        self._screen.diff(edit(here.file, add_canary(name, "v2")))
        self._deploy(here, "v2")
        with self._screen.timed("rollout of v2"):
            rollout = follow(here.name, name, self._screen.console, _PATIENCE)
        if rollout.phase is not Phase.PROMOTED:
            self.problems.append(f"{pattern}: v2 should be promoted; {rollout.title} is {rollout.phase}")
        self._stop(pattern, "A share of the requests, which grows while the judge finds no harm.", here)

    def _stop(self, pattern: str, sentence: str, here: Scene) -> None:
        self._stops.append(page_of(pattern, sentence, here, self._folder))
        self._screen.say(f"  [dim]{self._folder / self._stops[-1].page}[/]")


def _ended(here: Scene, known: int) -> Phase:
    """Wait until the ledger has heard how the deployment after number `known` ended; StuckError if it never does."""
    site, endpoint, deadline = connect(here.name), here.endpoint.name, time.monotonic() + _PATIENCE
    while True:
        found = latest(site, endpoint)
        if found and found.number > known and found.ended:
            return found.phase
        if time.monotonic() > deadline:
            raise StuckError(f"After {_PATIENCE:.0f} s the ledger has not heard how SageMaker's deployment ended.")
        time.sleep(_EVERY)
