"""`drill`: check, deploy a saboteur, see that it is taken back, put the endpoint back, file the evidence."""

import json
import time
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console, Group
from rich.text import Text

from cli.answer import Answer
from cli.connect import Site, file_of
from cli.drill.allowed import permitted, ready
from cli.drill.bell import bell
from cli.drill.exercise import Exercise, Order, Troubles
from cli.drill.result import Result
from cli.drill.serving import DeployError, Serving, synthesize
from cli.exits import Exit, RefusedError
from cli.report.write import NO_CAPTURES, report, with_counts
from cli.story import Story, find_story
from infra.spec import Endpoint, Environment, load
from infra.spec.drilled import bound, drilled

Synthesize = Callable[[Environment, Environment, Path], Serving]
"""Makes the stack ready: as the file asks, and with the saboteur; what Terraform says goes to a file."""


def drill(
    site: Site,
    arguments: Namespace,
    make: Synthesize = synthesize,
    wait: Callable[[float], None] = time.sleep,
) -> Answer:
    """Drill one endpoint; refuses before anything is touched where that is not possible now."""
    file = file_of(arguments.environment)
    environment, name = load(file), site.endpoint(arguments.endpoint)
    endpoint = next(each for each in environment.endpoints if each.name == name)
    permitted(endpoint, file)
    before = ready(site, name)
    at = datetime.fromtimestamp(site.world.now(), UTC)
    folder = _folder(arguments.out or Path("out", "drills", f"{environment.name}-{name}-{at:%Y%m%d-%H%M%S}"))
    version = f"{_label(endpoint)}-{at:%Y%m%d-%H%M%S}"
    console = Console(stderr=True, highlight=False, markup=False)  # what is printed at the end is the answer
    serving = _prepared(make, environment, drilled(environment, name, version), folder / "terraform.log")
    with bell() as hung:
        exercise = Exercise(site, Order(name, version, bound(endpoint), before), serving, console, hung, wait)
        troubles = exercise.carry_out()
        return _filed(exercise, troubles, at.timestamp(), folder)


def _label(endpoint: Endpoint) -> str:
    return endpoint.drill.canary.version if endpoint.drill else ""


def _folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fix = "name another folder: --out"
        raise RefusedError(Exit.USAGE, f"cannot write {folder}: {error.strerror}", fix) from error
    return folder


def _prepared(make: Synthesize, environment: Environment, sabotaged: Environment, log: Path) -> Serving:
    """Make the stack ready; refuses where its deploy would bring more than the saboteur."""
    try:
        serving = make(environment, sabotaged, log)
        pending = serving.pending()
    except (DeployError, OSError) as error:
        fix = "nothing was touched; `cdktf diff` needs the same, and says the same"
        raise RefusedError(Exit.AWS, str(error), fix) from error
    if pending:
        fix = f"deploy it first: `cdktf deploy '{environment.name}-*'`"
        raise RefusedError(Exit.NOTHING, f"{environment.name}.yaml asks for changes that are not deployed", fix)
    return serving


def _filed(exercise: Exercise, troubles: Troubles, started: float, folder: Path) -> Answer:
    story, page, silence = None, "", ""
    try:
        story, page = _told(exercise, folder)
    except Exception as error:  # noqa: BLE001 - without the story, too, it is told how the endpoint stands
        silence = str(error) or type(error).__name__
    result = Result(exercise.site.environment, exercise.order, started, troubles, exercise.bell.rung, story)
    document = result.document | {"report": page or None}
    document["troubles"] += [silence] if silence else []
    (folder / "drill.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    style = "bold green" if result.code is Exit.FINE else "bold red"
    told = (Text(sentence, style) for sentence in result.sentences)
    return Answer(document, Group(*told, Text(f"evidence: {folder}")), result.code)


def _told(exercise: Exercise, folder: Path) -> tuple[Story | None, str]:
    """Read the rollout's story, and write its page; None where no rollout began."""
    site, rollout, endpoint = exercise.site, exercise.rollout, exercise.order.endpoint
    if rollout is None:
        return None, ""
    story = with_counts(site.world, find_story(site.world.ledger, site.environment, endpoint, rollout.number))
    asked = Namespace(endpoint=endpoint, rollout=rollout.number, out=folder, svg=False, **NO_CAPTURES)
    return story, report(site, asked).document["report"]
