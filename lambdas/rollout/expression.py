"""The names in a CloudWatch metric-math expression.

Source: CloudWatch user guide, "Using math expressions": an id begins with a lower-case letter and goes on with
letters, digits and underscores; functions and keywords (``IF``, ``FILL``, ``REPEAT``) are in upper case.
"""

import re
from collections.abc import Mapping

ID = re.compile(r"[a-z][A-Za-z0-9_]*")
_TOKEN = re.compile(r"""'[^']*'|"[^"]*"|\d[\w.]*|[A-Za-z_]\w*""")
"""Text in quotes, a number such as 1e3, or a name: whole ones, so that no part of them passes for an id."""


def ids(expression: str) -> frozenset[str]:
    """Return the ids that an expression uses."""
    return frozenset(name for name in _TOKEN.findall(expression) if ID.fullmatch(name))


def functions(expression: str) -> frozenset[str]:
    """Return the functions and keywords that an expression uses."""
    return frozenset(name for name in _TOKEN.findall(expression) if name[0].isupper())


def renamed(expression: str, names: Mapping[str, str]) -> str:
    """Write an expression with other ids; text in quotes stays as it is."""
    return _TOKEN.sub(lambda found: names.get(found[0], found[0]), expression)
