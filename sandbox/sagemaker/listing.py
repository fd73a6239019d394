"""The List actions: filter, sort and page. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

_BOUNDS = {
    "CreationTimeAfter": ("CreationTime", 1),
    "CreationTimeBefore": ("CreationTime", -1),
    "LastModifiedTimeAfter": ("LastModifiedTime", 1),
    "LastModifiedTimeBefore": ("LastModifiedTime", -1),
}


def page(request: Mapping[str, Any], items: Iterable[Mapping[str, Any]], word: str, name: str) -> dict[str, Any]:
    """Return one page of `items` (as Describe shows them) under the key `word`; newest first by default.

    `name` is the key of an item's name. The token is the position of the next page.
    """
    found = [item for item in items if _wanted(request, item, name)]
    key = {"Name": name, "Status": "EndpointStatus"}.get(request.get("SortBy") or "", "CreationTime")
    found.sort(key=lambda item: item[key], reverse=request.get("SortOrder") != "Ascending")
    start = int(request.get("NextToken") or 0)
    end = start + int(request.get("MaxResults") or 10)
    answer: dict[str, Any] = {word: [_summary(item, name) for item in found[start:end]]}
    return answer | ({"NextToken": str(end)} if end < len(found) else {})


def _wanted(request: Mapping[str, Any], item: Mapping[str, Any], name: str) -> bool:
    if (request.get("NameContains") or "") not in item[name]:
        return False
    if request.get("StatusEquals") not in (None, item.get("EndpointStatus")):
        return False
    bounds = [(item[key], sign, request[word]) for word, (key, sign) in _BOUNDS.items() if request.get(word)]
    return all(sign * (value - bound) > 0 for value, sign, bound in bounds)


def _summary(item: Mapping[str, Any], name: str) -> dict[str, Any]:
    shown = {name, name.replace("Name", "Arn"), "CreationTime", "LastModifiedTime", "EndpointStatus"}
    return {key: value for key, value in item.items() if key in shown}
