"""What policies may ask about the tags of a resource: the key ``aws:ResourceTag/KEY`` of a condition."""

from collections.abc import Callable, Mapping

TagsOf = Callable[[str], Mapping[str, str]]
_sources: list[TagsOf] = []


def register(tags_of: TagsOf) -> None:
    """Let a service say which tags its resources have, by their ARN; none for those of others."""
    _sources.append(tags_of)


def context(resource: str) -> dict[str, str]:
    """Return the keys of conditions about a resource, in lower case."""
    tags = {key: value for tags_of in _sources for key, value in tags_of(resource).items()}
    return {f"aws:resourcetag/{key.lower()}": value for key, value in tags.items()}
