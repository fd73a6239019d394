"""The picture: the lines of a bill as bars, a column per rollout."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.cost.run import Priced

_BAR, _TEXT, _QUIET = "#b8860b", "#33475b", "#6b7785"
_WIDTH, _ROW, _LEFT, _TOP = 900, 24, 210, 56


def draw(rollouts: Sequence[Priced]) -> str:
    """Return the picture as SVG."""
    names = [item.what for item in rollouts[0].bill]
    most = max(item.usd for one in rollouts for item in one.bill)
    height, column = _TOP + _ROW * len(names) + 16, (_WIDTH - _LEFT) // len(rollouts)
    size, font = f"0 0 {_WIDTH} {height}", 'font-family="sans-serif" font-size="13"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" {font} fill="{_TEXT}">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        *(_label(name, _LEFT - 12, _TOP + _ROW * row + 15) for row, name in enumerate(names)),
    ]
    for place, one in enumerate(rollouts):
        parts += _column(one, names, _LEFT + place * column, (column - 90) / most)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _column(one: Priced, names: Sequence[str], left: int, scale: float) -> Iterator[str]:
    usd = {item.what: item.usd for item in one.bill}
    yield f'<text x="{left}" y="20" font-weight="bold">{escape(one.title)}</text>'
    yield f'<text x="{left}" y="40" fill="{_QUIET}">{sum(usd.values()):.2f} USD</text>'
    for row, name in enumerate(names):
        top, width = _TOP + _ROW * row, max(1.0, usd[name] * scale)
        yield f'<rect x="{left}" y="{top}" width="{width:.1f}" height="{_ROW - 6}" fill="{_BAR}"/>'
        yield f'<text x="{left + width + 6:.1f}" y="{top + 15}" fill="{_QUIET}">{usd[name]:.4f}</text>'


def _label(text: str, right: int, base: int) -> str:
    return f'<text x="{right}" y="{base}" text-anchor="end">{escape(text)}</text>'
