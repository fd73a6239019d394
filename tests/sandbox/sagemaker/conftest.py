from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.server import start
from tests.sandbox.sagemaker.hosting import IMAGE, Hosting

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUICK = {
    "PROVISIONING": "0.1",
    "WEIGHT_CHANGE": "0.2",
    "DELETION": "0.2",
    "ROLLBACK": "0.1",
    "HEALTH_CHECK": "1",
    "INVOCATION": "2",
    "TERMINATION": "3",
    "ALARM_POLL": "0.05",
    "CAPTURE_FLUSH": "0.3",
}


@pytest.fixture(scope="session")
def hosting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosting]:
    images = tmp_path_factory.mktemp("images") / "images.json"
    server = Path(__file__).parent / "model_server.py"
    images.write_text(json.dumps({IMAGE: [sys.executable, str(server)]}))
    with pytest.MonkeyPatch.context() as patch:
        for setting, value in _QUICK.items():
            patch.setenv(f"SANDBOX_SAGEMAKER_{setting}", value)
        with start(images=images) as running:
            yield Hosting(running)
