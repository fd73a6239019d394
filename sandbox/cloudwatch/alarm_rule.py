"""The rules of composite alarms: text to a truth. Source: CloudWatch API, PutCompositeAlarm, AlarmRule."""

import re
from collections.abc import Callable

_TOKEN = re.compile(r"\s*(\(|\)|\"[^\"]*\"|'[^']*'|[^\s()\"']+)")
STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
StateOf = Callable[[str], str]


class AlarmRuleError(ValueError):
    """The rule cannot be read."""


def holds(rule: str, state_of: StateOf) -> bool:
    """Tell whether the rule is true; `state_of` gives the state of an alarm by name (or ARN)."""
    reader = _Reader(rule, state_of)
    truth = reader.either()
    if reader.next:
        raise AlarmRuleError(f"Unexpected {reader.next!r} in the alarm rule.")
    return truth


def alarms_in(rule: str) -> list[str]:
    """List the alarms that a rule names, in order; AlarmRuleError if it cannot be read."""
    named: list[str] = []

    def note(name: str) -> str:
        named.append(name)
        return "OK"

    holds(rule, note)
    return named


class _Reader:
    def __init__(self, rule: str, state_of: StateOf) -> None:
        self._tokens = _TOKEN.findall(rule)
        self._state_of = state_of

    @property
    def next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self, wanted: str = "") -> str:
        token = self.next
        if not token or (wanted and token != wanted):
            raise AlarmRuleError(f"Expected {wanted or 'more'!r} in the alarm rule, found {token!r}.")
        self._tokens.pop(0)
        return token

    def either(self) -> bool:
        truth = self._both()
        while self.next == "OR":
            self._take()
            truth = self._both() or truth
        return truth

    def _both(self) -> bool:
        truth = self._term()
        while self.next == "AND":
            self._take()
            truth = self._term() and truth
        return truth

    def _term(self) -> bool:
        token = self._take()
        if token == "NOT":
            return not self._term()
        if token in {"TRUE", "FALSE"}:
            return token == "TRUE"
        if token == "(":
            truth = self.either()
            self._take(")")
            return truth
        if token not in STATES:
            raise AlarmRuleError(f"Unexpected {token!r} in the alarm rule.")
        self._take("(")
        name = self._take().strip("\"'")
        self._take(")")
        return self._state_of(name.rpartition(":alarm:")[2]) == token
