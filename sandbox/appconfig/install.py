"""Put AppConfig on moto, and let its deployments go on."""

from moto.appconfig.responses import AppConfigResponse
from moto.appconfig.urls import url_paths

from sandbox.appconfig import data, deployments, environments, keys, strategies, versions
from sandbox.appconfig.data import AppConfigDataResponse
from sandbox.appconfig.store import look_at_all
from sandbox.clock import Ticker

_INTERVAL = 0.2  # seconds between two looks at every deployment
_ENVIRONMENT = "{0}/applications/(?P<app_id>[^/]+)/environments"
_PATHS = (
    "{0}/deploymentstrategies$",
    "{0}/deploymentstrategies/(?P<strategy_id>[^/]+)$",
    "{0}/deployementstrategies/(?P<strategy_id>[^/]+)$",  # AWS's own spelling, of DELETE
    _ENVIRONMENT + "$",
    _ENVIRONMENT + "/(?P<env_id>[^/]+)$",
    _ENVIRONMENT + "/(?P<env_id>[^/]+)/deployments$",
    _ENVIRONMENT + "/(?P<env_id>[^/]+)/deployments/(?P<number>[^/]+)$",
    "{0}/tags/(?P<arn>[^/]+)/(?P<app_id>[^/]+)/environment/(?P<env_id>[^/]+)$",
    "{0}/tags/(?P<arn>[^/]+)/(?P<app_id>[^/]+)/environment/(?P<env_id>[^/]+)/deployment/(?P<number>[^/]+)$",
)
_loop: list[Ticker] = []


def install() -> None:
    """Extend moto; AppConfig Data signs as AppConfig does, so that its paths are AppConfig's."""
    for part in (environments, keys, strategies, versions, deployments, data):
        part.install()
    url_paths.update(dict.fromkeys(_PATHS, AppConfigResponse.dispatch))
    for path in ("{0}/configurationsessions$", "{0}/configuration$"):
        url_paths[path] = AppConfigDataResponse.dispatch


def start() -> None:
    """Look at deployments from now on."""
    _loop.append(Ticker("appconfig", _INTERVAL, look_at_all))
    _loop[-1].start()


def stop() -> None:
    """Stop looking."""
    while _loop:
        _loop.pop().stop()
