"""Starting and stopping the servers of a whole fleet."""

import logging
from concurrent.futures import ThreadPoolExecutor

from sandbox.sagemaker.endpoint import Endpoint, ServerKey
from sandbox.sagemaker.fleet import Fleet, Variant
from sandbox.sagemaker.launch import NO_CAPACITY, DeploymentError, Launcher, unhealthy
from sandbox.sagemaker.server import ModelServer

_log = logging.getLogger(__name__)
_INTERNAL = "Request to service failed. If failure persists after retry, contact customer support."


def begin(endpoint: Endpoint, fleet: Fleet, launcher: Launcher) -> None:
    """`start`, and whatever goes wrong is a DeploymentError: a deployment always ends."""
    try:
        start(endpoint, fleet, launcher)
    except DeploymentError:
        raise
    except Exception as error:
        _log.exception("A fleet of %s did not start", endpoint.identity.name)
        raise DeploymentError(_INTERNAL) from error


def start(endpoint: Endpoint, fleet: Fleet, launcher: Launcher) -> None:
    """Start every server of `fleet` and wait until all are healthy; DeploymentError leaves none running."""
    settings = launcher.settings
    if any(variant.desired_count > settings.instance_capacity for variant in fleet.everyone()):
        raise DeploymentError(NO_CAPACITY)
    if launcher.home.halted.wait(settings.provisioning):
        raise DeploymentError("The sandbox stops.")
    try:
        for variant in fleet.everyone():
            server = launcher.launch(endpoint.identity.name, variant)
            endpoint.servers[fleet.serial, variant.name] = server
        for variant in fleet.everyone():
            _await(endpoint, fleet, variant, launcher)
    except DeploymentError:
        stop(endpoint, fleet)
        raise


def _await(endpoint: Endpoint, fleet: Fleet, variant: Variant, launcher: Launcher) -> None:
    server = endpoint.servers[fleet.serial, variant.name]
    timeout = variant.health_check or launcher.settings.health_check
    if not server.wait_ready(timeout):
        raise unhealthy(variant.name)


def stop(endpoint: Endpoint, fleet: Fleet) -> None:
    """Stop every server of `fleet`."""
    _stop(endpoint, [(fleet.serial, variant.name) for variant in fleet.everyone()])


def stop_all_but(endpoint: Endpoint, kept: Fleet | None) -> None:
    """Stop every server of the endpoint that is not one of `kept`."""
    _stop(endpoint, [key for key in list(endpoint.servers) if kept is None or key[0] != kept.serial])


def _stop(endpoint: Endpoint, keys: list[ServerKey]) -> None:
    servers = [server for key in keys if (server := endpoint.servers.pop(key, None))]
    if servers:
        with ThreadPoolExecutor(len(servers)) as pool:
            list(pool.map(ModelServer.stop, servers))


def serves(endpoint: Endpoint, fleet: Fleet) -> bool:
    """Tell whether every production variant of `fleet` is healthy."""
    servers = [endpoint.server(fleet, variant.name) for variant in fleet.variants]
    return all(server is not None and server.serves() for server in servers)
