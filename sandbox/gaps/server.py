"""The server: which of moto's services a host means is found out once, not at each request.

moto lists its own folder and asks of every entry whether it is one, under the lock that all requests wait for.
"""

from typing import Any

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
