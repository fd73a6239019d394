"""Sticky assignment: which users get which variant, as a document that routers read.

A user's key falls into one of 10,000 buckets, and the document says which variant each bucket has. A new weight moves
as few buckets as it can; every other user keeps the variant.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from typing import Literal

from lambdas.rollout.documents import decode
from lambdas.rollout.names import CANARY, STABLE
from lambdas.rollout.plan import FULL

UNROUTED = ""
"""No variant in particular."""
_SALT_LENGTH = 16
"""Bytes of salt that blake2b takes."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who gets what on ``endpoint``, in rollout ``rollout``, as decided at the ledger's ``revision``.

    The buckets up to ``ends[i]`` (exclusive) that come after ``ends[i - 1]`` have ``variants[i]``; the last end is
    10,000. ``salt``, at most 16 ASCII characters, is the rollout's own: the canary's users of two rollouts are
    different people. With a ``flag`` (empty: none) only users for whom that feature flag is on take part, and
    everybody else gets stable. Where the router does not decide (``routed`` is false), SageMaker's weights do.
    ``stable_only`` is the kill switch and beats everything. Raises ValueError where the parts do not fit.
    """

    endpoint: str
    rollout: int
    revision: int
    salt: str
    ends: tuple[int, ...] = (FULL,)
    variants: tuple[str, ...] = (STABLE,)
    flag: str = ""
    routed: bool = True
    stable_only: bool = False
    version: Literal[1] = 1

    def __post_init__(self) -> None:
        rising = all(before < after for before, after in zip((0, *self.ends), self.ends, strict=False))
        if not rising or self.ends[-1:] != (FULL,) or len(self.ends) != len(self.variants):
            raise ValueError(f"assignment: ends {self.ends} must rise to {FULL}, one for each of {self.variants}")
        if not self.salt.isascii() or not 0 < len(self.salt) <= _SALT_LENGTH:
            raise ValueError(f"assignment: salt {self.salt!r} must have 1 to {_SALT_LENGTH} ASCII characters")
        if "" in self.variants:
            raise ValueError("assignment: a variant without a name")

    @property
    def shares(self) -> Mapping[str, int]:
        """Each variant's share of those who take part, in basis points; a variant without any is left out."""
        found: dict[str, int] = {}
        for begin, end, variant in zip((0, *self.ends), self.ends, self.variants, strict=False):
            found[variant] = found.get(variant, 0) + end - begin
        return found


def first(endpoint: str, rollout: int, revision: int) -> Assignment:
    """Begin a rollout's document: everybody has stable."""
    salt = blake2b(f"{endpoint}/{rollout}".encode(), digest_size=_SALT_LENGTH // 2).hexdigest()
    return Assignment(endpoint, rollout, revision, salt)


def assign(document: Assignment, key: str, *, on: bool = True) -> str:
    """Tell the variant of the user ``key``; ``on`` is whether the document's flag is on for that user.

    An empty key is nobody in particular and gets stable. `UNROUTED` where SageMaker's weights decide.
    """
    if document.stable_only:
        return STABLE
    if not document.routed:
        return UNROUTED
    if not on or not key:
        return STABLE
    return document.variants[bisect_right(document.ends, bucket(document.salt, key))]


def bucket(salt: str, key: str) -> int:
    """Draw the bucket of a user, 0 to 9,999; a cryptographic hash, since two salts of crc32 draw the same people."""
    drawn = _salted(salt).copy()
    drawn.update(key.encode(errors="surrogatepass"))
    return int.from_bytes(drawn.digest(), "big") % FULL


@lru_cache(maxsize=64)
def _salted(salt: str) -> "blake2b":
    return blake2b(digest_size=8, salt=salt.encode())


def reweigh(document: Assignment, shares: Mapping[str, int], revision: int) -> Assignment:
    """Change the shares (basis points by variant, stable has the rest), moving as few buckets as can be.

    Stable gives its lowest buckets, the canary takes first, and every other variant gives its highest, so that of two
    variants the canary always has the first buckets: whatever the way there, the same share is the same people.
    Raises ValueError for shares that are negative, name stable, or exceed the whole.
    """
    if STABLE in shares or any(share < 0 for share in shares.values()) or sum(shares.values()) > FULL:
        raise ValueError(f"assignment: shares {dict(shares)} must be of variants beside stable, and at most {FULL}")
    asked = {**shares, STABLE: FULL - sum(shares.values())}
    table = _table(document)
    freed = sorted(_freed(table, {name: had - asked.get(name, 0) for name, had in document.shares.items()}))
    order = sorted(asked, key=lambda name: (name != CANARY, name))
    takers = (name for name in order for _ in range(asked[name] - document.shares.get(name, 0)))
    for place, taker in zip(freed, takers, strict=True):
        table[place] = taker
    runs = [(name, len(list(run))) for name, run in groupby(table)]
    ends = tuple(sum(length for _, length in runs[: index + 1]) for index in range(len(runs)))
    return replace(document, ends=ends, variants=tuple(name for name, _ in runs), revision=revision)


def _table(document: Assignment) -> list[str]:
    """Write the buckets' variants one by one."""
    spans = zip((0, *document.ends), document.ends, document.variants, strict=False)
    return [variant for begin, end, variant in spans for _ in range(begin, end)]


def _freed(table: list[str], losses: Mapping[str, int]) -> list[int]:
    """Choose the buckets that the losing variants give up."""
    given: list[int] = []
    for name, loss in losses.items():
        if loss > 0:
            own = [place for place, variant in enumerate(table) if variant == name]
            given += own[:loss] if name == STABLE else own[-loss:]
    return given


def parse(text: str) -> Assignment:
    """Read a document; raises ValueError (of which `DamagedDocumentError` is one) with the place and the value."""
    return decode(Assignment, text)
