"""How a command ends."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; `serinus --help` and docs/cli.md explain them."""

    FINE = 0
    NOTHING = 1
    USAGE = 2
    AWS = 3
    NOT_PROMOTED = 4
    OVER_BUDGET = 5
    DISAGREES = 6
    DRILL_FAILED = 7
    NOT_PUT_BACK = 8
    INTERRUPTED = 130


class RefusedError(Exception):
    """The command cannot do what was asked: the sentence says why, and ``fix`` what would help (or is empty)."""

    def __init__(self, code: Exit, sentence: str, fix: str = "") -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.fix = code, sentence, fix
