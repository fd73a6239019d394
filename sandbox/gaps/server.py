"""The server: which of moto's services a host means, and what that answers, is found out once, not at each request.

moto lists its own folder and asks of every entry whether it is one, under the lock that all requests wait for; then
it goes through all that the service's class has, to find one method.
"""

from functools import cache
from typing import Any

from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from sandbox.registry import method, original


def install() -> None:
    """Put it on moto."""
    find = original(DomainDispatcherApplication, "get_backend_for_host")
    found: dict[str | None, Any] = {}

    def get_backend_for_host(self: DomainDispatcherApplication, host: str | None) -> Any:
        if host not in found:
            found[host] = find(self, host)
        return found[host]

    method(DomainDispatcherApplication)(get_backend_for_host)
    names: Any = responses  # which imports the name that is replaced here, and does not export it
    names.method_names_from_class = cache(names.method_names_from_class)
