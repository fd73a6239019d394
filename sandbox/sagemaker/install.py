"""Put SageMaker on moto, and take every model server down at the end."""

import threading
from contextlib import ExitStack
from pathlib import Path

from sandbox.iam import tags
from sandbox.sagemaker import api, runtime
from sandbox.sagemaker.asynchronous.drain import Drainer
from sandbox.sagemaker.asynchronous.intake import Intake
from sandbox.sagemaker.capture import Recorder
from sandbox.sagemaker.catalog import Catalog
from sandbox.sagemaker.deploy import Deployer
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.invoke import Invoker
from sandbox.sagemaker.launch import Launcher
from sandbox.sagemaker.leash import Leash
from sandbox.sagemaker.revival import Revival
from sandbox.sagemaker.server import Home
from sandbox.sagemaker.settings import from_environment

_running = ExitStack()


def install(directory: Path) -> Revival:
    """Extend moto; `directory` holds images.json, and gets model data and the containers' logs.

    Return what brings endpoints back after the process was killed.
    """
    settings, catalog, home = from_environment(), Catalog(), Home(Leash(), threading.Event())
    deployer = Deployer(Launcher(directory, catalog, home, settings))
    recorder = Recorder(settings.capture_flush)
    endpoints = Endpoints(catalog, deployer, recorder.flush)
    invoker = Invoker(endpoints, recorder)
    drainer = Drainer(endpoints, settings)
    api.register(catalog, endpoints)
    tags.register(catalog.tags.of)
    runtime.register(invoker, Intake(endpoints, drainer))
    _running.callback(home.leash.close)  # last: it kills what is still there
    _running.callback(recorder.stop)
    _running.callback(invoker.stop)
    _running.callback(drainer.stop)
    _running.callback(home.halted.set)
    return Revival(catalog, endpoints, deployer)


def stop() -> None:
    """End deployments, write captured data, kill every model server."""
    _running.close()
