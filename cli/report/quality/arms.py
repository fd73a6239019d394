"""How variants look and names are written, in every picture of the section."""

import unicodedata
from collections.abc import Iterable

from lambdas.rollout.names import CANARY, STABLE

LETTER = 7.0
"""A letter's width in pixels, about; East Asian ones are twice as wide."""
NARROW = 500
"""A frame narrower than this, in pixels, is a phone's: there labels are short."""


def look(variant: str) -> str:
    """Tell the CSS class of a variant; whoever has no role is a challenger."""
    return variant if variant in (STABLE, CANARY) else "challenger"


def ordered(variants: Iterable[str]) -> tuple[str, ...]:
    """Put variants in order, each once: stable, the canary, then the others by name."""
    return tuple(sorted(set(variants), key=lambda name: (name != STABLE, name != CANARY, name)))


def printable(text: str) -> str:
    """Write a user's name without letters that no document may hold, or that turn the text around them."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def fitting(text: str, pixels: float) -> str:
    """Shorten a user's name to so many pixels, in its middle: names of one family differ at their ends."""
    shown, room = printable(text), pixels / LETTER
    if _letters(shown) <= room:
        return shown
    kept = len(shown)
    while kept and _letters(_ends(shown, kept)) > room - 1:
        kept -= 1
    ends = _ends(shown, kept)
    return f"{ends[: kept - kept // 2]}…{ends[kept - kept // 2 :]}"


def share(value: float) -> str:
    """Write a share: ``75.5 %``."""
    return f"{100 * value:.1f} %"


def _ends(text: str, kept: int) -> str:
    return text[: kept - kept // 2] + text[len(text) - kept // 2 :]


def _letters(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
