"""The units of the plan's fields: how durations, shares and weights are written, and what they become.

The core names units by plain strings (`lambdas.rollout.plan`); here each gets its written form.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from infra.spec.forms import Form
from lambdas.rollout.units import BASIS_POINTS, MILLISECONDS, SECONDS, SHARE

PERCENT = "whole percent"
"""An integer from 0 to 100: what SageMaker takes for sizes and for the sample of data capture."""

BYTES = "bytes"
"""An integer, of bytes: as Athena and S3 count them, in powers of ten."""

_SECONDS_IN = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_BYTES_IN = {"B": 1, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_PERCENT_PATTERN = r"[0-9]{1,6}(\.[0-9]{1,6})?\s?%"


def duration(seconds: int) -> str:
    """Write seconds as one would: ``90s``, ``10m``, ``2h``, ``1d``."""
    unit = next(unit for unit in "dhms" if seconds % _SECONDS_IN[unit] == 0 and (seconds or unit == "s"))
    return f"{seconds // _SECONDS_IN[unit]}{unit}"


def percentage(basis_points: int) -> str:
    """Write basis points as a percentage: ``12.5%``."""
    return f"{basis_points / 100:g}%"


def _size(size: int) -> str:
    """Write bytes as one would: ``10MB``, ``100GB``, ``2TB``."""
    unit = next(unit for unit in ("TB", "GB", "MB", "B") if size % _BYTES_IN[unit] == 0)
    return f"{size // _BYTES_IN[unit]}{unit}"


def _bytes(text: str) -> int:
    number, unit = re.fullmatch(r"([0-9]+)\s?([A-Z]+)", text).groups()  # type: ignore[union-attr] # of the form
    return int(number) * _BYTES_IN[unit]


def _share_written(share: float) -> str:
    return f"{(Decimal(repr(share)) * 100).normalize():f}%"


def _seconds(text: str) -> int:
    return sum(int(number) * _SECONDS_IN[unit] for number, unit in re.findall(r"([0-9]+)([smhd])", text))


def _percent(text: str) -> Decimal:
    return Decimal(text.rstrip("% "))


def _basis_points(text: str) -> int:
    points = _percent(text) * 100
    if points != int(points):
        raise ValueError("is not a whole number of basis points (0.01%)")
    return int(points)


def _share(text: str) -> float:
    return float(_percent(text) / 100)


def _whole_percent(text: str) -> int:
    percent = _percent(text)
    if percent != int(percent):
        raise ValueError("is not a whole percentage: SageMaker takes no fractions here")
    return int(percent)


def _milliseconds(text: str) -> int:
    return int(text.removesuffix("ms")) if text.endswith("ms") else 1000 * _seconds(text)


UNITS: Mapping[str, Form] = {
    SECONDS: Form("a duration", r"([0-9]{1,6}[smhd])+", ("30s", "10m", "1h30m"), _seconds, duration),
    BASIS_POINTS: Form("a percentage", _PERCENT_PATTERN, ("1%", "0.5%"), _basis_points, percentage),
    SHARE: Form("a percentage", _PERCENT_PATTERN, ("1%", "0.5%"), _share, _share_written),
    PERCENT: Form("a whole percentage", _PERCENT_PATTERN, ("10%", "100%"), _whole_percent, "{}%".format),
    BYTES: Form("a size", r"[0-9]{1,6}\s?(MB|GB|TB)", ("100GB", "2TB"), _bytes, _size),
    MILLISECONDS: Form("a duration", r"[0-9]{1,6}(ms|s)", ("250ms", "2s"), _milliseconds, "{}ms".format),
}
"""Unit, as written in annotations, to form. A ratio (``TIMES``) is written as the plain number that it is."""
