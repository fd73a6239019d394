"""What tests of native deployments start from: SageMaker's sights in order, and ports in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lambdas.control.witness import Onlooker
from lambdas.rollout.native.line import Line
from lambdas.rollout.native.sight import Pending, Sight, Stage
from tests.fakes import FakeNotifier, FakeWorld

ENDPOINT, ALARM = "documents", "serinus.test.documents.stable.error_rate"
WANTED = 4
RESTS = Stage("", "", WANTED, WANTED, 0.0)


class MemoryHistory:
    """A history in memory."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}

    def add(self, line: Line) -> bool:
        if line.key in self.lines:
            return False
        self.lines[line.key] = line
        return True

    def recent(self, endpoint: str, most: int) -> tuple[Line, ...]:
        keys = sorted((key for key, line in self.lines.items() if line.endpoint == endpoint), reverse=True)
        return tuple(self.lines[key] for key in keys[:most])


@dataclass
class Looks:
    """Shows the sight that the test has put there."""

    now: Sight | None = None

    def look(self, _endpoint: str) -> Sight | None:
        return self.now


@dataclass
class Watched:
    """An onlooker with all that it sees and keeps."""

    looks: Looks = field(default_factory=Looks)
    history: MemoryHistory = field(default_factory=MemoryHistory)
    fakes: FakeWorld = field(default_factory=FakeWorld)

    @property
    def onlooker(self) -> Onlooker:
        world = self.fakes.world
        return Onlooker(self.looks, self.history, world.ledger, world.metrics, world.notifier)

    @property
    def notifier(self) -> FakeNotifier:
        return self.fakes.notifier


def at_rest(config: str, at: float, failure: str = "", status: str = "inservice") -> Sight:
    return Sight(ENDPOINT, status, config, at, RESTS, failure=failure, alarms=(ALARM,))


def deploying(configs: tuple[str, str], began: float, at: float, doing: str, serving: int) -> Sight:
    before, after = configs
    stage = Stage(doing, f"{doing} {serving} instance(s).", serving, WANTED, at)
    return Sight(ENDPOINT, "updating", before, at, RESTS, Pending(after, began, stage), alarms=(ALARM,))


def deployment(before: str, after: str, began: float, *, back: bool = False) -> Sequence[Sight]:
    """Give what SageMaker shows, in order, of a deployment that goes through, or is taken ``back``."""
    pair = (before, after)
    forth = [("Creating", 0), ("ActivatingTraffic", 2), ("Baking", 2)]
    stages = [*forth, ("Deleting", 0)] if back else [*forth, ("ActivatingTraffic", 4), ("Baking", 4)]
    shown = [deploying(pair, began, began + 10 * index, *stage) for index, stage in enumerate(stages)]
    end = at_rest(before, began + 90, "alarms fired") if back else at_rest(after, began + 90)
    return [*shown, end]
