"""The scenarios by name, how they are turned by a number, and how several make one."""

from dataclasses import dataclass, fields, replace
from typing import Any

from simulation.scenario import Nature, Scenario


class UnknownScenarioError(Exception):
    """The words do not make a scenario; the message says why."""


@dataclass(frozen=True, slots=True)
class _Dial:
    """The field that a number sets, between which bounds, and up to where a canary is no worse."""

    field: str
    low: float
    high: float
    harmless: float = 0.0


def _times(field: str) -> _Dial:
    return _Dial(field, 0.001, 1_000.0, harmless=1.0)


def _share(field: str) -> _Dial:
    return _Dial(field, 0.0, 1.0)


_HARM, _BLIND = Nature.HARMFUL, Nature.BLIND
_TABLE: tuple[tuple[Scenario, _Dial | None], ...] = (
    (Scenario("healthy", "the canary is as good as stable"), None),
    (Scenario("errors", "the canary fails 3 times as often", _HARM, error_times=3.0), _times("error_times")),
    (Scenario("failing", "20 % of the canary's answers are errors", _HARM, failing=0.2), _share("failing")),
    (Scenario("slow", "the canary's answers take 1.5 times as long", _HARM, slower=1.5), _times("slower")),
    (
        Scenario("tail", "2 % of the canary's answers take 3 times as long", _HARM, slower=3.0, slow_part=0.02),
        _share("slow_part"),
    ),
    (
        Scenario("quality", "wrong 1.5 times as often, worth 1.5 times less", _HARM, worse=1.5),
        _times("worse"),
    ),
    (
        Scenario("leak", "errors grow to 5 times in two hours", _HARM, error_times=5.0, grows_over=7_200.0),
        _times("error_times"),
    ),
    (
        Scenario("disagreeing", "as a shadow it disagrees 2 times as often as it may", _HARM, disagreeing=2.0),
        _times("disagreeing"),
    ),
    (Scenario("incident", "10 times the errors for ten minutes, on both arms", incident=10.0), _times("incident")),
    (Scenario("daily", "requests and errors rise and fall by 60 % over a day", daily=0.6), _share("daily")),
    (Scenario("low", "0.02 times the traffic", traffic=0.02), _times("traffic")),
    (Scenario("bursts", "errors come 5 at a time", burst=5.0), _Dial("burst", 1.0, 1_000.0)),
    (Scenario("missing", "30 % of the metric periods are lost", missing=0.3), _share("missing")),
    (Scenario("delayed", "metrics come 600 s late", delayed=600.0), _Dial("delayed", 0.0, 86_400.0)),
    (
        Scenario("piecemeal", "a period's counts are complete 120 s after they should be", piecemeal=120.0),
        _Dial("piecemeal", 0.0, 86_400.0),
    ),
    (Scenario("blackout", "no metric arrives at all", _BLIND, missing=1.0), None),
    (Scenario("silent", "the canary publishes no metrics", _BLIND, silent=True), None),
    (Scenario("dead", "the canary gets no request", _BLIND, dead=True), None),
)
SCENARIOS = {found.name: found for found, _ in _TABLE}
"""By name, in the order in which they are told."""
_DIALS = {found.name: dial for found, dial in _TABLE}
USUAL = ("healthy", "incident", "errors", "failing", "slow")
"""What is simulated where nothing else is asked for."""
OF_SHADOWS = "disagreeing"
"""What is simulated besides where a plan begins with a shadow."""


def scenario(words: str) -> Scenario:
    """Make a scenario of words such as ``errors``, ``errors=2`` or ``slow=1.2+incident+daily``.

    Raises `UnknownScenarioError`.
    """
    first, *others = (_one(word.strip()) for word in words.split("+"))
    calm, merged = Scenario("", ""), first
    for other in others:
        told: dict[str, Any] = {field.name: getattr(other, field.name) for field in fields(other)}
        merged = replace(merged, **{name: value for name, value in told.items() if value != getattr(calm, name)})
    natures = {part.nature for part in (first, *others)}
    nature = next((nature for nature in (_BLIND, _HARM) if nature in natures), Nature.HEALTHY)
    return replace(merged, name=words, about="; ".join(part.about for part in (first, *others)), nature=nature)


def _one(word: str) -> Scenario:
    name, given, number = word.partition("=")
    found, dial = SCENARIOS.get(name), _DIALS.get(name)
    if found is None:
        raise UnknownScenarioError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    if not given:
        return found
    if dial is None:
        raise UnknownScenarioError(f"{word!r}: {name} takes no number")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not dial.low <= value <= dial.high:
        raise UnknownScenarioError(f"{word!r}: {name} takes a number from {dial.low:g} to {dial.high:g}")
    standing = getattr(found, dial.field)
    about = found.about.replace(_words(dial, standing), _words(dial, value))
    harmless = found.nature is _HARM and value <= dial.harmless
    nature = Nature.HEALTHY if harmless else found.nature
    turned: dict[str, Any] = {dial.field: value}
    return replace(found, name=word, about=about, nature=nature, **turned)


def _words(dial: _Dial, value: float) -> str:
    """Write a dial's number as the scenario's sentence does."""
    return f"{100 * value:g} %" if (dial.low, dial.high) == (0.0, 1.0) else f"{value:g}"
