from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.__main__ import register_image
from sandbox.sagemaker.connections import Connections
from sandbox.server import start
from tests.conftest import Sandbox
from tests.sandbox.roles import EVERYTHING, role
from tests.sandbox.sagemaker.hosting import IMAGE, MODELS, Hosting, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.server import Running

SERVER = Path(__file__).parent / "model_server.py"


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Run a sandbox that the test may end."""
    monkeypatch.setenv("SANDBOX_SAGEMAKER_PROVISIONING", "0.1")
    with start() as running:
        register_image(running.directory, IMAGE, [sys.executable, str(SERVER)])
        role(Sandbox(running), "sagemaker", EVERYTHING, name=MODELS)
        yield running


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_no_model_server_outlives_the_sandbox(own: Running, how: signal.Signals) -> None:
    hosting = Hosting(own)
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable"), hosting.variant("canary")))
    processes = {hosting.answer(endpoint, target=variant)["pid"] for variant in ("stable", "canary")}
    assert all(alive(process) for process in processes)
    os.kill(own.pid, how)
    eventually(lambda: not any(alive(process) for process in processes))


def test_old_and_deleted_fleets_leave_no_process(hosting: Hosting) -> None:
    endpoint = hosting.endpoint()
    first = hosting.answer(endpoint)["pid"]
    hosting.update(endpoint, hosting.config())
    hosting.settled(endpoint)
    second = hosting.answer(endpoint)["pid"]
    assert not alive(first)
    hosting.api.delete_endpoint(EndpointName=endpoint)
    eventually(lambda: not alive(second))


def test_a_model_server_that_ignores_sigterm_is_killed_after_its_grace(hosting: Hosting, tmp_path: Path) -> None:
    stubborn = tmp_path / "stubborn.py"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn.write_text(deaf + SERVER.read_text())
    register_image(hosting.running.directory, "stubborn", [sys.executable, str(stubborn)])
    endpoint = hosting.endpoint(hosting.config(hosting.variant("stable", hosting.model(image="stubborn"))))
    process = hosting.answer(endpoint)["pid"]
    hosting.api.delete_endpoint(EndpointName=endpoint)
    eventually(lambda: not alive(process))


def test_a_connection_that_the_container_closed_is_not_used_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        connections = Connections(server.getsockname()[1], timeout=5)

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(65536)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

        for _ in range(3):  # each time the server hangs up after its answer, without having said so
            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            assert connections.ask("/invocations", b"{}", {}).body == b"hi"
            thread.join()


def test_nobody_listening_is_an_answer_without_a_status() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    answer = Connections(port, timeout=5).ask("/invocations", b"{}", {})
    assert (answer.status, answer.ok) == (0, False)
