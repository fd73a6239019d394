"""The patterns behind a router, one rollout each: what the plan says, who buys, and how it should end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from demo.data import Applicant
from demo.models import V2, Model, train
from lambdas.rollout.state import Phase

STAFF, BETA = range(900), range(900, 1_600)
"""Of 3,000 people."""
ATTRIBUTES = {key: {"email": "ann@example.com"} for key in STAFF} | {key: {"tier": "beta"} for key in BETA}
_EVERYBODY = {"weight": "100%", "bake": "30s"}


@dataclass(frozen=True, slots=True)
class Part:
    """A pattern: a sentence on it, the step before everybody's, the canary, and every how many answers are bought."""

    pattern: str
    sentence: str
    step: Mapping[str, Any]
    canary: str
    ends: Phase = Phase.PROMOTED
    one_in: Mapping[str, int] = field(default_factory=dict)
    switched: bool = False
    """Whether somebody turns the kill switch on and off again while the step is served."""

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """The whole plan."""
        return [self.step, _EVERYBODY]


PARTS = (
    Part(
        "Shadow",
        "v9's training labels were swapped. It answers copies of requests, and is taken back before anybody met it.",
        {"shadow": {"for": "30s", "threshold": 0.5, "max_disagreement": "8%"}, "max_bake": "5m"},
        "v9",
        Phase.ROLLED_BACK,
    ),
    Part(
        "Dark launch",
        "Staff alone get the canary, and nobody else can tell; then everybody does.",
        {"weight": "90%", "flag": "staff", "bake": "30s"},
        "v2",
    ),
    Part(
        "Feature flags",
        "A flag says that beta users take part; the kill switch sends everybody to stable at once, and back.",
        {"weight": "50%", "flag": "beta", "bake": "40s"},
        "v4",
        switched=True,
    ),
    Part(
        "A/B test",
        "Half of the users keep the canary until it is proven that they buy more.",
        {"experiment": {"max": "6m", "minimum_effect": "50%"}, "bake": "30s"},
        "v5",
        one_in={"stable": 10, "canary": 3},
    ),
    Part(
        "Multi-armed bandit",
        "Users move to the model that sells more, as the purchases come in.",
        {"bandit": {"max": "8m", "start": "20%", "floor": "5%", "max_change": "20%"}, "bake": "30s"},
        "v6",
        one_in={"stable": 10, "canary": 3},
    ),
)


def mistaken(rows: Sequence[Applicant]) -> Model:
    """Train the model that a shadow finds out: its labels are swapped."""
    return train(
        replace(V2, version="v9"), [{**row, "deny": "no" if row["deny"] == "yes" else "yes"} for row in rows]
    )
