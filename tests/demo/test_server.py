import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo.data import Split
from demo.models import Model
from demo.publish import SERVER
from demo.scorecard import archive


@contextmanager
def _serving(model: Model, folder: Path) -> Iterator[int]:
    with tarfile.open(fileobj=io.BytesIO(archive(model))) as tar:
        tar.extractall(folder, filter="data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environ = os.environ | {"MODEL_DIR": str(folder), "SAGEMAKER_BIND_TO_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-P", str(SERVER)], env=environ, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while _status(port, "GET", "/ping") != 200:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        assert process.wait(10) == 0


def _status(port: int, method: str, path: str) -> int:
    try:
        return _ask(port, method, path)[0]
    except OSError:
        return 0


def _ask(port: int, method: str, path: str, document: Any = None) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, json.dumps(document))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def broken(models: dict[str, Model], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with _serving(models["v3"], tmp_path_factory.mktemp("v3")) as port:
        yield port


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_it_answers_as_the_trained_pipeline_does(
    version: str, models: dict[str, Model], data: Split, tmp_path: Path
) -> None:
    model = models[version]
    table = np.array([[row[column] for column in model.recipe.columns] for row in data.held_out], dtype=object)
    expected = model.pipeline.predict_proba(table)[:, 1]

    with _serving(model, tmp_path) as port:
        status, answer = _ask(port, "POST", "/invocations", {"instances": data.held_out})

    assert (status, answer["model"]) == (200, version)
    assert answer["predictions"] == pytest.approx(list(expected))


def test_what_the_model_raises_is_a_500_with_its_sentence(broken: int, data: Split) -> None:
    stranger = next(row for row in data.held_out if row["selfemp"] == "yes")
    status, answer = _ask(broken, "POST", "/invocations", {"instances": [stranger]})

    assert status == 500
    assert answer == {
        "model": "v3",
        "error": "ValueError: Found unknown category 'yes' in column 'selfemp' during transform",
    }


def test_the_fault_is_the_models_and_others_are_served(broken: int, data: Split) -> None:
    employed = [row for row in data.held_out if row["selfemp"] == "no"]
    status, answer = _ask(broken, "POST", "/invocations", {"instances": employed})

    assert status == 200
    assert len(answer["predictions"]) == len(employed)


def test_a_crowd_that_comes_at_once_is_served(broken: int, data: Split) -> None:
    row = next(row for row in data.held_out if row["selfemp"] == "no")
    with ThreadPoolExecutor(64) as crowd:
        answers = list(crowd.map(lambda _: _ask(broken, "POST", "/invocations", {"instances": [row]})[0], range(256)))

    assert set(answers) == {200}


def test_other_paths_are_not_found(broken: int) -> None:
    assert _ask(broken, "GET", "/")[0] == 404
    assert _ask(broken, "POST", "/", {})[0] == 404
